/* global rollbookTexts */
/**
 * The field for a person: offers people while somebody types. Without this script a button beside it searches.
 */
( function () {
	'use strict';

	const field = document.querySelector( '[data-rollbook-people]' );
	if ( ! field ) {
		return;
	}

	const list = document.createElement( 'ul' );
	const chosen = document.getElementById( 'rollbook-reassign-person' );
	let people = [];
	let current = -1;
	let waiting;
	let asked = 0;

	list.id = 'rollbook-people-found';
	list.hidden = true;
	list.className = 'rollbook-people-found';
	list.setAttribute( 'role', 'listbox' );
	list.setAttribute( 'aria-label', rollbookTexts.people );
	field.after( list );
	field.parentNode.querySelector( 'button' ).hidden = true;
	for ( const [ name, value ] of [ [ 'role', 'combobox' ], [ 'aria-autocomplete', 'list' ], [ 'aria-controls', list.id ], [ 'aria-expanded', 'false' ] ] ) {
		field.setAttribute( name, value );
	}

	function show( isOpen ) {
		list.hidden = ! isOpen;
		field.setAttribute( 'aria-expanded', String( isOpen ) );
		if ( ! isOpen ) {
			mark( -1 );
		}
	}

	function mark( index ) {
		current = index;
		[ ...list.children ].forEach( ( option, number ) => option.setAttribute( 'aria-selected', String( number === index ) ) );
		if ( index < 0 ) {
			field.removeAttribute( 'aria-activedescendant' );
		} else {
			field.setAttribute( 'aria-activedescendant', list.children[ index ].id );
			list.children[ index ].scrollIntoView( { block: 'nearest' } );
		}
	}

	function choose( index ) {
		const person = people[ index ];
		if ( ! person || person.unfit ) {
			return;
		}
		field.value = person.login;
		chosen.textContent = person.label;
		field.dispatchEvent( new Event( 'change', { bubbles: true } ) );
		show( false );
	}

	function offer( found ) {
		people = found;
		list.replaceChildren(
			...found.map( ( person, index ) => {
				const option = document.createElement( 'li' );
				option.id = `${ list.id }-${ index }`;
				option.textContent = person.label;
				option.setAttribute( 'role', 'option' );
				if ( person.unfit ) {
					const reason = document.createElement( 'small' );
					reason.textContent = person.unfit;
					option.append( reason );
					option.setAttribute( 'aria-disabled', 'true' );
				}
				// Not "click": the field would lose the focus first, and the list would be gone.
				option.addEventListener( 'mousedown', function ( event ) {
					event.preventDefault();
					choose( index );
				} );
				return option;
			} )
		);
		show( found.length > 0 );
		window.wp.a11y.speak( found.length ? rollbookTexts.peopleFound.replace( '%d', found.length ) : rollbookTexts.nobodyFound );
	}

	async function search() {
		const turn = ++asked;
		const body = new URLSearchParams( { action: 'rollbook_find_person', typed: field.value, _ajax_nonce: field.dataset.rollbookPeople } );
		const answer = await fetch( window.ajaxurl, { method: 'POST', body } );
		// An answer that a later question has overtaken, or that nobody waits for, is dropped.
		if ( answer.ok && turn === asked && document.activeElement === field ) {
			offer( await answer.json() );
		}
	}

	field.addEventListener( 'input', function () {
		clearTimeout( waiting );
		chosen.textContent = '';
		if ( field.value.trim().length < 2 && ! /^\d$/.test( field.value.trim() ) ) {
			++asked;
			show( false );
			return;
		}
		waiting = setTimeout( () => search().catch( () => show( false ) ), 250 );
	} );

	field.addEventListener( 'keydown', function ( event ) {
		if ( list.hidden ) {
			return;
		}
		const steps = { ArrowDown: 1, ArrowUp: -1 };
		if ( event.key in steps ) {
			mark( ( current + steps[ event.key ] + ( current < 0 && steps[ event.key ] < 0 ? 1 : 0 ) + people.length ) % people.length );
		} else if ( 'Enter' === event.key && current >= 0 ) {
			choose( current );
		} else if ( 'Escape' === event.key ) {
			show( false );
		} else {
			return;
		}
		event.preventDefault();
	} );

	field.addEventListener( 'blur', () => show( false ) );
} )();
