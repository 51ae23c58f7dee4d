/* global rollbookTexts */
/**
 * The tab Roles & groups: rules are moved and added at once, and tried without leaving the form.
 *
 * Without JavaScript rules have a field for their position, each save brings another empty row, and the tester is a page.
 */
( function () {
	'use strict';

	const table = document.querySelector( '.rollbook-rules' );
	if ( ! table ) {
		return;
	}
	const body = table.tBodies[ 0 ];
	const rows = () => Array.from( body.querySelectorAll( '[data-rollbook-rule]' ) );
	const say = ( text, ...values ) => values.reduce( ( sentence, value, index ) => sentence.replace( `%${ index + 1 }$s`, value ), text );

	/** Gives every row the number that it has now, in its fields and in what they are called. */
	function renumber() {
		const all = rows();
		const added = all.filter( ( row ) => row.classList.contains( 'rollbook-new' ) );
		all.forEach( function ( row, index ) {
			const number = added.length > 1 ? ` ${ added.indexOf( row ) + 1 }` : '';
			const name = added.includes( row ) ? rollbookTexts.newRule + number : rollbookTexts.rule.replace( '%d', index + 1 );
			row.querySelectorAll( '[data-rollbook-label]' ).forEach( function ( control ) {
				control.setAttribute( 'aria-label', control.dataset.rollbookLabel.replace( '%s', name ) );
			} );
			row.querySelector( '[name$="[position]"]' ).value = index + 1;
			const [ up, down ] = row.querySelectorAll( '.rollbook-move button' );
			up.disabled = 0 === index;
			down.disabled = all.length - 1 === index;
		} );
	}

	function move( button ) {
		const row = button.closest( 'tr' );
		const all = rows();
		const to = all.indexOf( row ) + Number( button.value );
		const other = all[ to ];
		if ( ! other ) {
			return;
		}
		other[ button.value < 0 ? 'before' : 'after' ]( row );
		renumber();
		( button.disabled ? row.querySelector( '.rollbook-move button:enabled' ) : button ).focus(); // To move the row took the focus away.
		wp.a11y.speak( say( rollbookTexts.ruleMoved, to + 1, all.length ) );
	}

	function add() {
		const all = rows();
		const number = Math.max( ...all.map( ( row ) => Number( /\[(\d+)\]/.exec( row.querySelector( '[name$="[position]"]' ).name )[ 1 ] ) ) ) + 1;
		const row = all.find( ( one ) => one.classList.contains( 'rollbook-new' ) ).cloneNode( true );
		row.querySelectorAll( '[name]' ).forEach( function ( control ) {
			control.name = control.name.replace( /\[\d+\]/, `[${ number }]` );
			control.value = '';
			control.removeAttribute( 'aria-invalid' );
			control.removeAttribute( 'aria-describedby' );
		} );
		row.querySelectorAll( '.rollbook-problem' ).forEach( ( problem ) => problem.remove() );
		body.append( row );
		renumber();
		row.querySelector( '[name$="[filter]"]' ).focus();
	}

	/** Asks the page that the link or form leads to, and shows its tester in the place of this one. */
	async function ask( address, leave ) {
		let page;
		try {
			const answer = await fetch( address, { credentials: 'same-origin' } );
			page = new DOMParser().parseFromString( await answer.text(), 'text/html' );
		} catch {
			leave();
			return;
		}
		const tester = page.getElementById( 'rollbook-tester' );
		if ( ! tester ) {
			leave();
			return;
		}
		document.getElementById( 'rollbook-tester' ).replaceWith( tester );
		tester.scrollIntoView();
		( tester.querySelector( '.rollbook-result' ) || tester.querySelector( 'input:not([type="hidden"])' ) ).focus();
	}

	table.classList.add( 'rollbook-moves' );
	document.querySelectorAll( '.rollbook-move, .rollbook-add' ).forEach( ( hidden ) => ( hidden.hidden = false ) );
	renumber();

	document.addEventListener( 'click', function ( event ) {
		const button = event.target.closest( '.rollbook-move button, .rollbook-add button' );
		if ( button ) {
			( button.value ? move : add )( button );
			return;
		}
		const link = event.target.closest( 'a[data-rollbook-tester]' );
		if ( ! link || event.ctrlKey || event.metaKey || event.shiftKey ) {
			return;
		}
		const address = new URL( link.href );
		if ( 'filter' === link.dataset.rollbookTester ) {
			address.searchParams.set( 'filter', link.closest( 'tr' ).querySelector( '[name$="[filter]"]' ).value ); // It may not have been saved.
		}
		event.preventDefault();
		ask( address, () => window.location.assign( address ) );
	} );

	document.addEventListener( 'submit', function ( event ) {
		const form = event.target;
		if ( ! form.matches( 'form[data-rollbook-tester]' ) ) {
			return;
		}
		event.preventDefault();
		const address = new URL( form.action );
		address.search = new URLSearchParams( new FormData( form ) ).toString();
		ask( address, () => form.submit() );
	} );
} )();
