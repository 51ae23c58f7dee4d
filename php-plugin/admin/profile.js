/* global rollbookOwned */
/**
 * The profile page: fields that come from the identity provider are read-only and say so.
 */
( function () {
	'use strict';

	rollbookOwned.fields.forEach( function ( name ) {
		const field = document.querySelector( '#your-profile [name="' + name + '"]' );
		if ( ! field ) {
			return;
		}
		const reason = document.createElement( 'p' );
		reason.className = 'description';
		reason.id = 'rollbook-owned-' + name;
		reason.textContent = rollbookOwned.reason;
		field.closest( 'td' ).append( reason );
		field.setAttribute( 'aria-describedby', ( ( field.getAttribute( 'aria-describedby' ) || '' ) + ' ' + reason.id ).trim() );
		if ( 'SELECT' === field.tagName ) {
			// A list knows no read-only; what it sends is put back anyway.
			field.disabled = true;
		} else {
			field.readOnly = true;
		}
	} );
} )();
