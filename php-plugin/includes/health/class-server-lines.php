<?php
/**
 * Lines of configuration for the server that the site runs on.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Health;

use Rollbook\WordPress\Server;

defined( 'ABSPATH' ) || exit;

/**
 * Knows the exact lines by which each kind of web server does what identity providers need, and in which file they belong.
 */
final class ServerLines {

	/** What `.htaccess` needs so that PHP is given the header, under every way in which Apache and LiteSpeed run PHP. */
	public const HTACCESS = array(
		'<IfModule mod_setenvif.c>',
		'SetEnvIf Authorization "(.+)" HTTP_AUTHORIZATION=$1',
		'</IfModule>',
		'<IfModule mod_rewrite.c>',
		'RewriteEngine On',
		'RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]',
		'</IfModule>',
	);

	/**
	 * The lines that let the header `Authorization` through.
	 *
	 * @param Server $server The server.
	 * @return list<array{place: string, text: string}>
	 */
	public static function authorization( Server $server ): array {
		$htaccess = implode( "\n", self::HTACCESS );
		$nginx    = array( self::line( self::nginx( 'fastcgi_pass' ), 'fastcgi_param HTTP_AUTHORIZATION $http_authorization;' ), self::line( self::nginx( 'proxy_pass' ), 'proxy_set_header Authorization $http_authorization;' ) );
		return match ( true ) {
			'wpengine' === $server->host => array( self::line( self::top_of_htaccess(), 'SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1' ) ),
			'bitnami' === $server->host  => array(
				self::line(
					/* translators: 1 and 2: names of files, 3: name of a block of configuration. */
					sprintf( __( 'Into %1$s and %2$s, within the block %3$s:', 'rollbook' ), '/opt/bitnami/apache/conf/vhosts/wordpress-vhost.conf', '/opt/bitnami/apache/conf/vhosts/wordpress-https-vhost.conf', '<Directory>' ),
					'SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1'
				),
				self::line( __( 'Then as the administrator of the server:', 'rollbook' ), 'sudo /opt/bitnami/ctlscript.sh restart apache' ),
			),
			'litespeed' === $server->kind() => array( self::line( self::top_of_htaccess(), $htaccess ) ),
			'apache' === $server->kind() && 'fpm-fcgi' === $server->sapi => array(
				self::line( self::top_of_htaccess(), $htaccess ),
				self::line( __( 'Or, with Apache 2.4.13 and later, into the configuration of the site:', 'rollbook' ), 'CGIPassAuth On' ),
				self::line( __( 'If another web server stands before Apache, nginx for instance, into its configuration:', 'rollbook' ), 'proxy_set_header Authorization $http_authorization;' ),
			),
			'apache' === $server->kind() => array(
				self::line( self::top_of_htaccess(), $htaccess ),
				self::line( __( 'If another web server stands before Apache, nginx for instance, into its configuration:', 'rollbook' ), 'proxy_set_header Authorization $http_authorization;' ),
			),
			'nginx' === $server->kind()  => $nginx,
			default                      => array( self::line( __( 'Apache or LiteSpeed:', 'rollbook' ) . ' ' . self::top_of_htaccess(), $htaccess ), ...$nginx ),
		};
	}

	/**
	 * The lines that let every method and the media type through.
	 *
	 * @param Server $server  The server.
	 * @param string $address The address of the service.
	 * @return list<array{place: string, text: string}>
	 */
	public static function methods( Server $server, string $address ): array {
		$path        = (string) wp_parse_url( $address, PHP_URL_PATH );
		$modsecurity = self::line(
			/* translators: %s: name of a file. */
			sprintf( __( 'ModSecurity with the OWASP Core Rule Set, into %s:', 'rollbook' ), 'REQUEST-900-EXCLUSION-RULES-BEFORE-CRS.conf' ),
			'SecRule REQUEST_URI "@beginsWith ' . $path . '" "id:10900,phase:1,pass,nolog,'
				. 'setvar:\'tx.allowed_methods=GET HEAD POST OPTIONS PUT PATCH DELETE\','
				. 'setvar:\'tx.allowed_request_content_type=|application/json| |application/scim+json|\'"'
		);
		$nginx       = self::line( __( 'nginx, in the place of a line that begins with “limit_except”:', 'rollbook' ), 'limit_except GET POST PUT PATCH DELETE { deny all; }' );
		$apache      = self::line( __( 'Apache, in the place of a block “LimitExcept” or “Limit”:', 'rollbook' ), "<LimitExcept GET HEAD POST PUT PATCH DELETE OPTIONS>\nRequire all denied\n</LimitExcept>" );
		$cloudflare  = self::line( __( 'Cloudflare → Security → WAF → Custom rules: a rule with the action “Skip”, for requests whose URI path starts with:', 'rollbook' ), $path );
		return match ( 'cloudflare' === $server->front_kind() ? 'cloudflare' : $server->kind() ) {
			'cloudflare'          => array( $cloudflare, $modsecurity ),
			'nginx'               => array( $nginx, $modsecurity ),
			'apache', 'litespeed' => array( $apache, $modsecurity ),
			default               => array( $modsecurity, $nginx, $apache ),
		};
	}

	/**
	 * The lines that keep answers out of every cache.
	 *
	 * @param Server $server  The server.
	 * @param string $address The address of the service.
	 * @return list<array{place: string, text: string}>
	 */
	public static function caching( Server $server, string $address ): array {
		$path    = (string) wp_parse_url( $address, PHP_URL_PATH );
		$plugin  = self::line( __( 'A caching plugin: switch off the caching of the REST API, and add this to the addresses that are never cached:', 'rollbook' ), $path );
		$nginx   = self::line( self::nginx( 'fastcgi_cache' ), "fastcgi_cache_bypass \$http_authorization;\nfastcgi_no_cache \$http_authorization;" );
		$proxy   = self::line( self::nginx( 'proxy_cache' ), "proxy_cache_bypass \$http_authorization;\nproxy_no_cache \$http_authorization;" );
		$varnish = self::line( __( 'Varnish, at the beginning of vcl_recv:', 'rollbook' ), 'if (req.http.Authorization) { return (pass); }' );
		return match ( true ) {
			'wpengine' === $server->host    => array( self::line( __( 'Ask the support of WP Engine to leave this path out of every cache:', 'rollbook' ), $path ) ),
			'cloudflare' === $server->front_kind() => array( self::line( __( 'Cloudflare → Caching → Cache Rules: a rule “Bypass cache”, for requests whose URI path starts with:', 'rollbook' ), $path ), $plugin ),
			'nginx' === $server->kind()     => array( $nginx, $proxy, $plugin ),
			'nginx' === $server->front_kind() => array( $proxy, $plugin ),
			'litespeed' === $server->kind() => array( self::line( __( 'LiteSpeed Cache → Cache: switch “Cache REST API” off, or put this under Excludes → Do Not Cache URIs:', 'rollbook' ), $path ) ),
			default                         => array( $plugin, $varnish, $proxy ),
		};
	}

	/**
	 * Where a line of nginx belongs.
	 *
	 * @param string $beside The directive beside which it belongs.
	 */
	private static function nginx( string $beside ): string {
		/* translators: %s: name of a directive of nginx. */
		return sprintf( __( 'Into the configuration of nginx, beside each line that begins with “%s”; then reload nginx:', 'rollbook' ), $beside );
	}

	/**
	 * The beginning of `.htaccess`.
	 */
	private static function top_of_htaccess(): string {
		/* translators: %s: name of a file. */
		return sprintf( __( 'Into the file %s, above everything else:', 'rollbook' ), self::htaccess_file() );
	}

	/**
	 * The `.htaccess` of the site.
	 */
	public static function htaccess_file(): string {
		require_once ABSPATH . 'wp-admin/includes/file.php';
		return get_home_path() . '.htaccess';
	}

	/**
	 * Lines and their place.
	 *
	 * @param string $place The place.
	 * @param string $text  The lines.
	 * @return array{place: string, text: string}
	 */
	private static function line( string $place, string $text ): array {
		return array(
			'place' => $place,
			'text'  => $text,
		);
	}
}
