<?php
/**
 * What can be checked without a request.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Health;

use Rollbook\WordPress\Requirements;
use Rollbook\WordPress\Server;
use Rollbook\WordPress\Store\Database;
use Rollbook\WordPress\Store\DatabaseFailure;
use Rollbook\WordPress\Store\Settings;
use Rollbook\WordPress\Store\Tables;

defined( 'ABSPATH' ) || exit;

/**
 * Looks at the site itself: extension, tables, addresses, clock, WP-Cron, cache and limits.
 */
final class SiteChecks {

	/** How late WP-Cron may be, in seconds. */
	private const LATE = HOUR_IN_SECONDS;

	/** How far two clocks may be apart, in seconds. */
	private const DRIFT = 60;

	/** What a request should have: bytes of memory, seconds, and bytes of its body. */
	private const MEMORY  = 128 * MB_IN_BYTES;
	private const SECONDS = 30;

	/**
	 * Whether the owner has paused provisioning: the self-test's own requests are answered, those of identity providers are not.
	 */
	public static function pause(): Finding {
		if ( true !== ( Settings::document()['paused'] ?? false ) ) {
			return Finding::good( 'pause', __( 'Provisioning is not paused.', 'rollbook' ) );
		}
		return new Finding(
			'pause',
			Finding::RECOMMENDED,
			__( 'Provisioning is paused: every identity provider is answered 503 and told to come again.', 'rollbook' ),
			__( 'Nobody is created, changed or locked out until you resume. Identity providers that wait too long may give up.', 'rollbook' ),
			array( __( 'Open Settings → Rollbook → Connection and choose “Resume provisioning”.', 'rollbook' ) )
		);
	}

	/**
	 * Whether the extension runs.
	 */
	public static function extension(): Finding {
		$complaint = Requirements::complaint();
		if ( array() === $complaint ) {
			return Finding::good( 'extension', __( 'The Rollbook extension runs, in the version of the plugin.', 'rollbook' ) );
		}
		return new Finding( 'extension', Finding::CRITICAL, $complaint[0], __( 'Until it runs nobody is provisioned. Identity providers are told to try again later, and deactivated people stay locked out.', 'rollbook' ), array_values( array_slice( $complaint, 1 ) ) );
	}

	/**
	 * Whether the tables are there and whole.
	 */
	public static function tables(): Finding {
		try {
			$faults = Tables::faults();
		} catch ( DatabaseFailure $failure ) {
			$faults = array( $failure->getMessage() );
		}
		if ( array() === $faults ) {
			return Finding::good( 'tables', __( 'Rollbook’s tables are complete.', 'rollbook' ) );
		}
		return new Finding(
			'tables',
			Finding::CRITICAL,
			/* translators: %s: names of tables, each with what is wrong. */
			sprintf( __( 'Rollbook’s tables are not as they must be: %s.', 'rollbook' ), implode( '; ', $faults ) ),
			__( 'Requests that need them fail.', 'rollbook' ),
			array( __( 'Let Rollbook repair them. If that does not help, restore them from a backup.', 'rollbook' ) ),
			array(),
			Repairs::TABLES
		);
	}

	/**
	 * Whether addresses have their usual form.
	 */
	public static function permalinks(): Finding {
		if ( '' !== (string) get_option( 'permalink_structure' ) ) {
			return Finding::good( 'permalinks', __( 'The site has readable addresses.', 'rollbook' ) );
		}
		return new Finding(
			'permalinks',
			Finding::RECOMMENDED,
			__( 'The site has “plain” permalinks.', 'rollbook' ),
			__( 'The address for identity providers contains “index.php” then, and not every web server passes such an address on.', 'rollbook' ),
			array( __( 'Choose any other form under Settings → Permalinks, and give the address that this page shows then to the identity provider.', 'rollbook' ) )
		);
	}

	/**
	 * Whether requests are encrypted.
	 */
	public static function https(): Finding {
		if ( 'https' === wp_parse_url( (string) get_option( 'home' ), PHP_URL_SCHEME ) ) {
			return Finding::good( 'https', __( 'The address begins with https.', 'rollbook' ) );
		}
		return new Finding(
			'https',
			in_array( wp_get_environment_type(), array( 'local', 'development' ), true ) ? Finding::RECOMMENDED : Finding::CRITICAL,
			__( 'The address of the site begins with http://.', 'rollbook' ),
			__( 'Tokens and people’s data travel readable for everybody on the way, and Entra ID, Okta and most others refuse such an address.', 'rollbook' ),
			array( __( 'Install a certificate and set both addresses under Settings → General to https. Then create a new token: the old one may have been read.', 'rollbook' ) )
		);
	}

	/**
	 * Whether the clocks of PHP and of the database agree.
	 */
	public static function clock(): Finding {
		try {
			$database = strtotime( (string) Database::value( 'SELECT UTC_TIMESTAMP()' ) . ' UTC' );
		} catch ( DatabaseFailure ) {
			$database = false;
		}
		$apart = false === $database ? 0 : abs( $database - time() );
		if ( $apart <= self::DRIFT ) {
			return Finding::good( 'clock', __( 'The clocks of PHP and of the database agree.', 'rollbook' ) );
		}
		return new Finding(
			'clock',
			Finding::CRITICAL,
			/* translators: %s: a length of time: “2 hours”. */
			sprintf( __( 'The clocks of PHP and of the database are %s apart.', 'rollbook' ), human_time_diff( 0, $apart ) ),
			__( 'Tokens end too early or too late, and the activity log tells wrong times.', 'rollbook' ),
			array( __( 'Ask the host to set the clocks of its servers by NTP.', 'rollbook' ) )
		);
	}

	/**
	 * Whether what is due later happens.
	 */
	public static function cron(): Finding {
		$due  = array_filter( array_map( 'intval', array_keys( _get_cron_array() ) ), static fn( int $time ): bool => 0 < $time );
		$late = array() === $due ? 0 : time() - min( $due );
		if ( $late <= self::LATE ) {
			return Finding::good( 'cron', __( 'WP-Cron does what is due.', 'rollbook' ) );
		}
		$is_off = defined( 'DISABLE_WP_CRON' ) && constant( 'DISABLE_WP_CRON' );
		return new Finding(
			'cron',
			Finding::RECOMMENDED,
			/* translators: %s: a length of time: “2 hours”. */
			sprintf( __( 'WP-Cron is %s late.', 'rollbook' ), human_time_diff( 0, $late ) ),
			__( 'Attributes that come to a field later, and the end of the activity log’s days, wait for it.', 'rollbook' ),
			$is_off
				/* translators: %s: name of a constant. */
				? array( sprintf( __( 'The constant %s is set, so the server itself has to call WP-Cron. Add this line to the crontab of the site’s user:', 'rollbook' ), 'DISABLE_WP_CRON' ) )
				: array( __( 'WP-Cron runs when somebody visits the site. If few people do, let the server call it. Add this line to the crontab of the site’s user:', 'rollbook' ) ),
			array(
				array(
					'place' => 'crontab -e',
					'text'  => '*/5 * * * * curl -s -o /dev/null ' . site_url( 'wp-cron.php?doing_wp_cron' ),
				),
			)
		);
	}

	/**
	 * Whether WordPress remembers the settings as they are stored.
	 */
	public static function settings(): Finding {
		try {
			$stored = Settings::read();
		} catch ( DatabaseFailure ) {
			$stored = null;
		}
		if ( null === $stored || get_option( Settings::OPTION ) === $stored ) {
			return Finding::good( 'settings', __( 'WordPress remembers the settings as they are stored.', 'rollbook' ) );
		}
		return new Finding(
			'settings',
			Finding::CRITICAL,
			__( 'WordPress’s cache holds other settings of Rollbook than the database.', 'rollbook' ),
			__( 'Requests are decided by settings that somebody has changed since.', 'rollbook' ),
			array( __( 'Empty the object cache. If it comes again, the cache is shared with another site or a copy of this one: give each a WP_CACHE_KEY_SALT of its own in wp-config.php.', 'rollbook' ) ),
			array(),
			Repairs::CACHE
		);
	}

	/**
	 * Whether a request may take enough memory and time, and send enough.
	 *
	 * @param Server $server The server of the web, which may have another PHP than the command line.
	 */
	public static function limits( Server $server ): Finding {
		$small = array();
		if ( -1 !== $server->memory && self::MEMORY > $server->memory ) {
			$small[] = 'memory_limit = 128M';
		}
		if ( 0 !== $server->seconds && self::SECONDS > $server->seconds ) {
			$small[] = 'max_execution_time = ' . self::SECONDS;
		}
		if ( 0 !== $server->largest_upload && \Rollbook\Exchange::MAX_BODY > $server->largest_upload ) {
			$small[] = 'post_max_size = 8M';
		}
		if ( array() === $small ) {
			return Finding::good( 'limits', __( 'PHP gives requests enough memory and time.', 'rollbook' ) );
		}
		return new Finding(
			'limits',
			Finding::RECOMMENDED,
			/* translators: 1: bytes of memory, 2: a number of seconds, 3: bytes. */
			sprintf( __( 'PHP gives a request %1$s of memory, %2$d seconds, and takes at most %3$s.', 'rollbook' ), -1 === $server->memory ? '∞' : (string) size_format( $server->memory ), $server->seconds, (string) size_format( $server->largest_upload ) ),
			__( 'Large groups and Bulk requests may be ended in their middle. Nothing is half stored then; the identity provider has to send it again, and may never get through.', 'rollbook' ),
			array( __( 'Set these values in PHP’s configuration and restart PHP, or ask the host to.', 'rollbook' ) ),
			array(
				array(
					'place' => php_ini_loaded_file() ?: 'php.ini',
					'text'  => implode( "\n", $small ),
				),
			)
		);
	}
}
