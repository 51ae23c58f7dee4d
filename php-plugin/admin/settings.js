/* global ClipboardJS, rollbookTexts */
/**
 * The settings screen: copying, unsaved changes, and tasks that go on by themselves.
 *
 * Everything else on the screen works without JavaScript.
 */
( function () {
	'use strict';

	// A page that shows a new token is the answer to a form: reloaded, it is asked for anew and not sent again.
	window.history.replaceState( null, '', window.location.href );

	const clipboard = new ClipboardJS( '[data-rollbook-copied]' );

	clipboard.on( 'success', function ( event ) {
		const button = event.trigger;
		const label = button.dataset.rollbookLabel || button.textContent;

		event.clearSelection();
		button.focus(); // The selection took the focus away.
		wp.a11y.speak( button.dataset.rollbookCopied );

		button.dataset.rollbookLabel = label;
		button.textContent = rollbookTexts.copied;
		setTimeout( function () {
			button.textContent = label;
		}, 3000 );
	} );

	clipboard.on( 'error', function () {
		wp.a11y.speak( rollbookTexts.copyingFailed, 'assertive' );
	} );

	// Who chooses the last day of a token means it.
	document.addEventListener( 'input', function ( event ) {
		if ( 'expires_on' === event.target.name && event.target.value ) {
			event.target.form.querySelector( '[name="expires"][value="date"]' ).checked = true;
		}
	} );

	// Who leaves a form of settings with something unsaved is asked by the browser.
	const settings = document.getElementById( 'rollbook-settings' );

	if ( settings ) {
		const typed = () => new URLSearchParams( new FormData( settings ) ).toString();
		const before = typed();
		let isSent = false;

		settings.addEventListener( 'submit', function () {
			isSent = true;
		} );
		window.addEventListener( 'beforeunload', function ( event ) {
			if ( ! isSent && typed() !== before ) {
				event.preventDefault();
			}
		} );
	}

	// A form that takes its time says so.
	document.addEventListener( 'submit', function ( event ) {
		if ( event.target.dataset.rollbookBusy && ! event.defaultPrevented ) {
			wp.a11y.speak( event.target.dataset.rollbookBusy );
			( event.submitter || event.target.querySelector( '[type="submit"]' ) ).textContent = event.target.dataset.rollbookBusy;
		}
	} );

	/**
	 * A task that has not come to its end goes on by itself; the button that continues it stays for when this fails.
	 */
	const running = document.querySelector( '[data-rollbook-running]' );
	const said = document.querySelector( '.rollbook-progress' );

	async function goOn() {
		const bar = running.parentNode.querySelector( 'progress' );
		let state;
		do {
			const answer = await fetch( window.ajaxurl, { method: 'POST', body: new FormData( running ) } );
			state = await answer.json();
			bar.max = Math.max( 1, state.total );
			bar.value = state.examined;
			said.textContent = state.text;
		} while ( state.goes_on );
		window.location.reload();
	}

	if ( running ) {
		goOn().catch( function () {
			said.textContent = rollbookTexts.stopped;
		} );
	}
} )();
