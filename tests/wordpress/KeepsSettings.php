<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Store\Settings;

/** Begins each test with the default settings, and gives the site its own ones back. */
trait KeepsSettings {

	private mixed $settings_before;

	/** @before */
	protected function put_settings_aside(): void {
		$this->settings_before = get_option( Settings::OPTION );
		delete_option( Settings::OPTION );
	}

	/** @after */
	protected function put_settings_back(): void {
		if ( false === $this->settings_before ) {
			delete_option( Settings::OPTION );
		} else {
			update_option( Settings::OPTION, $this->settings_before, true );
		}
	}
}
