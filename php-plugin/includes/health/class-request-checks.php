<?php
/**
 * What becomes of requests on their way.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Health;

use Rollbook\WordPress\Endpoint\Probe;
use Rollbook\WordPress\Server;
use Rollbook\WordPress\Store\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * Sends to the address what identity providers send, and finds out what of it arrives. The requests come from the site itself: what stands
 * farther out, as a network in front of the host, may still treat others differently.
 */
final class RequestChecks {

	/** What the tried bodies hold. */
	private const BODY = '{"rollbook":"self-test"}';

	/**
	 * The web's server, as the first answer tells it.
	 *
	 * @var Server
	 */
	private Server $server;

	/**
	 * The address that the requests of this run go to: nobody asks for it twice.
	 *
	 * @var string
	 */
	private readonly string $url;

	/**
	 * Checks of an address.
	 *
	 * @param string       $address The address of the service.
	 * @param list<string> $others  Further addresses of the service, for where this one is no good.
	 */
	public function __construct( private readonly string $address, private readonly array $others ) {
		$this->server = Server::here();
		$this->url    = self::search_at( $address );
	}

	/**
	 * Does all checks.
	 *
	 * @return list<Finding>
	 */
	public function run(): array {
		wp_cache_set( 'question', wp_generate_uuid4(), Probe::GROUP, MINUTE_IN_SECONDS );
		$first = Probing::send( $this->url );
		if ( array() !== $first->answer ) {
			$this->server = Server::of( array( 'front' => $first->server ) + (array) $first->answer['server'] );
		}
		$cache    = $this->object_cache( $first ); // At once: each further request leaves another answer.
		$findings = array( $this->address( $first ) );
		if ( ! $first->arrived() && ! $first->is_old() ) {
			return $findings;
		}
		$second = Probing::send( $this->url );
		$tried  = array(
			'PUT'    => Probing::send( self::search_at( $this->address ), 'PUT', 200, self::BODY ),
			'PATCH'  => Probing::send( self::search_at( $this->address ), 'PATCH', 409, self::BODY ),
			'DELETE' => Probing::send( self::search_at( $this->address ), 'DELETE', 404 ),
		);
		return array(
			...$findings,
			$this->authorization( $first ),
			$this->encryption( $first ),
			$this->methods( $tried ),
			$this->errors( $tried ),
			$this->user_agent( Probing::send( self::search_at( $this->address ), user_agent: '' ) ),
			$this->caching( $second ),
			$cache,
			SiteChecks::limits( $this->server ),
		);
	}

	/**
	 * Whether requests reach Rollbook.
	 *
	 * @param Probing $first The first request.
	 */
	private function address( Probing $first ): Finding {
		/* translators: %s: an address. */
		$good = sprintf( __( 'Requests to %s reach Rollbook.', 'rollbook' ), $this->address );
		if ( $first->arrived() || $first->is_old() ) {
			return Finding::good( 'address', $good );
		}
		if ( $first->was_answered() ) {
			return $this->ended( $first );
		}
		/* translators: 1: an address, 2: what came instead: “403: Forbidden”. */
		$what  = sprintf( __( 'A request to %1$s does not reach Rollbook. What came back is “%2$s”.', 'rollbook' ), $this->address, $first->summary() );
		$works = null;
		foreach ( $this->others as $other ) {
			if ( Probing::send( self::search_at( $other ) )->arrived() ) {
				$works = $other;
				break;
			}
		}
		$steps = null === $works ? array() : array(
			/* translators: %s: an address. */
			sprintf( __( 'This address works: %s. Give it to the identity provider in place of the other.', 'rollbook' ), $works ),
		);
		return new Finding(
			'address',
			null === $works && 0 === $first->status ? Finding::RECOMMENDED : Finding::CRITICAL,
			$what,
			__( 'An identity provider gets the same answer, and provisions nobody.', 'rollbook' ),
			array( ...$steps, ...$this->cure( $first ) )
		);
	}

	/**
	 * What to do where something else has answered, or nothing.
	 *
	 * @param Probing $first The request.
	 * @return list<string>
	 */
	private function cure( Probing $first ): array {
		return match ( true ) {
			0 === $first->status && str_contains( $first->failure, 'SSL' ) => array( __( 'The certificate of the site is not accepted. Identity providers refuse it too: install one from a certificate authority that everybody trusts, with its whole chain.', 'rollbook' ) ),
			0 === $first->status => array(
				__( 'The site cannot reach its own address. Identity providers may still reach it, if only requests from the server to itself are blocked.', 'rollbook' ),
				__( 'Ask the host to allow such “loopback” requests, or run the connection test of the identity provider instead.', 'rollbook' ),
			),
			'' !== $first->goes_to => array(
				/* translators: %s: an address. */
				sprintf( __( 'The address sends on to %s. Identity providers do not follow: set the address under Settings → General to the one that visitors end at, or take the redirect away for this path.', 'rollbook' ), $first->goes_to ),
			),
			401 === $first->status => array( __( 'A password protects the site before WordPress sees the request. Take that protection away from this path.', 'rollbook' ) ),
			404 === $first->status => array( __( 'The web server does not pass the address to WordPress. Open Settings → Permalinks and save once; with nginx, the location of the site needs: try_files $uri $uri/ /index.php?$args;', 'rollbook' ) ),
			default => array( __( 'A firewall, of the host or of a security plugin, answers in the place of WordPress. Let every request to this path pass there.', 'rollbook' ) ),
		};
	}

	/**
	 * Who ends requests before they are answered.
	 *
	 * @param Probing $first The request.
	 */
	private function ended( Probing $first ): Finding {
		$places  = array_map( 'strval', (array) ( $first->answer['suspects'] ?? array() ) );
		$plugins = array_map( array( Culprit::class, 'described' ), $places );
		return new Finding(
			'address',
			Finding::CRITICAL,
			array() === $plugins
				/* translators: %s: technical details. */
				? sprintf( __( 'Something ends requests before Rollbook can answer: %s', 'rollbook' ), (string) $first->answer['ended'] )
				/* translators: %s: names of plugins, each with its file. */
				: sprintf( __( 'Requests are ended before Rollbook can answer, by %s.', 'rollbook' ), implode( ' ' . __( 'or', 'rollbook' ) . ' ', $plugins ) ),
			__( 'An identity provider gets an error in place of each answer, and provisions nobody.', 'rollbook' ),
			array(
				__( 'Look into the settings of this plugin for a list of addresses that it leaves alone, and add this one:', 'rollbook' ) . ' ' . $this->address,
				__( 'If it has none, deactivate the plugin, and tell its author and us.', 'rollbook' ),
				/* translators: %s: technical details. */
				sprintf( __( 'For its author: %s', 'rollbook' ), (string) $first->answer['ended'] ),
			)
		);
	}

	/**
	 * Whether the credentials arrive.
	 *
	 * @param Probing $first The first request.
	 */
	private function authorization( Probing $first ): Finding {
		$verdict = (string) ( $first->answer['authorization'] ?? '' );
		if ( 'arrived' === $verdict ) {
			return Finding::good( 'authorization', __( 'The header “Authorization” arrives.', 'rollbook' ) );
		}
		return new Finding(
			'authorization',
			Finding::CRITICAL,
			'changed' === $verdict
				? __( 'The header “Authorization” arrives with another value than was sent.', 'rollbook' )
				: __( 'The web server keeps the header “Authorization” to itself: no token arrives.', 'rollbook' ),
			__( 'The token of an identity provider travels in this header. Without it every request is refused with 401.', 'rollbook' ),
			array(
				...( 'changed' === $verdict ? array( __( 'If the site asks every visitor for a password (HTTP Basic), take that protection away from this path.', 'rollbook' ) ) : array() ),
				__( 'Add these lines. Then run this test again.', 'rollbook' ),
			),
			ServerLines::authorization( $this->server ),
			$this->server->reads_htaccess() && Repairs::can_write_htaccess() ? Repairs::HTACCESS : null
		);
	}

	/**
	 * Whether requests that were sent with TLS are known to have been.
	 *
	 * @param Probing $first The first request.
	 */
	private function encryption( Probing $first ): Finding {
		$settings = Settings::document();
		$remote   = (string) ( $first->answer['remote'] ?? '' );
		$is_plain = ( $first->answer['plain'] ?? false ) && ! in_array( $remote, array( '127.0.0.1', '::1' ), true );
		$is_told  = ! empty( $settings['trusted_proxies'] ) || ! empty( $settings['plain_http'] );
		if ( ! $is_plain || $is_told || 'https' !== wp_parse_url( (string) get_option( 'home' ), PHP_URL_SCHEME ) ) {
			return Finding::good( 'encryption', __( 'No request is taken for one without TLS.', 'rollbook' ) );
		}
		return new Finding(
			'encryption',
			Finding::CRITICAL,
			/* translators: %s: an IP address. */
			sprintf( __( 'A proxy at %s ends TLS: requests that were sent with https arrive with http.', 'rollbook' ), $remote ),
			__( 'Rollbook refuses requests that come without TLS from other machines, because others could read the token.', 'rollbook' ),
			/* translators: %s: an IP address. */
			array( sprintf( __( 'If this proxy is yours or your host’s, and sets X-Forwarded-Proto, put its address under Advanced → Trusted proxies: %s', 'rollbook' ), $remote ) )
		);
	}

	/**
	 * Whether every method and the media type pass.
	 *
	 * @param array<string, Probing> $tried The requests, by method.
	 */
	private function methods( array $tried ): Finding {
		$refused = array();
		foreach ( $tried as $method => $probing ) {
			$refused[ $method ] = match ( $probing->fate() ) {
				'refused' => $probing->summary(),
				'changed' => __( 'its method, type or content was changed on the way', 'rollbook' ),
				default   => null,
			};
		}
		$refused = array_filter( $refused, 'is_string' );
		if ( array() === $refused ) {
			return Finding::good( 'methods', __( 'PUT, PATCH and DELETE pass, and the type application/scim+json.', 'rollbook' ) );
		}
		$said = array();
		foreach ( $refused as $method => $answer ) {
			$said[] = "$method (“{$answer}”)";
		}
		return new Finding(
			'methods',
			Finding::CRITICAL,
			/* translators: %s: methods of HTTP, each with what came back. */
			sprintf( __( 'These requests do not reach Rollbook as they were sent: %s.', 'rollbook' ), implode( ', ', $said ) ),
			__( 'Identity providers change people with PUT or PATCH and remove them with DELETE. Creating people may work, and nobody is ever locked out.', 'rollbook' ),
			array( __( 'A firewall, or a rule of the web server, stands in the way. Ask the host to let these methods and the type application/scim+json pass for this path, or add the lines yourself.', 'rollbook' ) ),
			ServerLines::methods( $this->server, $this->address )
		);
	}

	/**
	 * Whether errors arrive as Rollbook wrote them.
	 *
	 * @param array<string, Probing> $tried The requests, by method.
	 */
	private function errors( array $tried ): Finding {
		foreach ( $tried as $probing ) {
			if ( 'replaced' === $probing->fate() ) {
				return new Finding(
					'errors',
					Finding::CRITICAL,
					/* translators: %s: a status of HTTP and the beginning of the page that came with it. */
					sprintf( __( 'The web server puts a page of its own in the place of errors (“%s”).', 'rollbook' ), $probing->summary() ),
					__( 'Identity providers read in these answers whether somebody exists. A page in HTML they take for a site that does not speak SCIM, and stop.', 'rollbook' ),
					array( __( 'Switch these pages off for this path: with nginx, remove “fastcgi_intercept_errors on” or “proxy_intercept_errors on” there; in a host’s control panel, look for “custom error documents”.', 'rollbook' ) )
				);
			}
		}
		return Finding::good( 'errors', __( 'Errors arrive as Rollbook writes them.', 'rollbook' ) );
	}

	/**
	 * Whether a request without a User-Agent arrives.
	 *
	 * @param Probing $nameless The request.
	 */
	private function user_agent( Probing $nameless ): Finding {
		if ( $nameless->arrived() ) {
			return Finding::good( 'user_agent', __( 'A request that does not say which program sends it is accepted.', 'rollbook' ) );
		}
		return new Finding(
			'user_agent',
			Finding::CRITICAL,
			/* translators: %s: what came back. */
			sprintf( __( 'A request without the header “User-Agent” is refused (“%s”).', 'rollbook' ), $nameless->summary() ),
			__( 'Entra ID and OneLogin send none.', 'rollbook' ),
			/* translators: %s: a path. */
			array( sprintf( __( 'Switch off the rule against requests without a user agent, in the firewall of the host or the security plugin, for the path %s.', 'rollbook' ), (string) wp_parse_url( $this->address, PHP_URL_PATH ) ) )
		);
	}

	/**
	 * Whether an answer is kept and given to somebody else.
	 *
	 * @param Probing $second The same request with other credentials.
	 */
	private function caching( Probing $second ): Finding {
		if ( ! $second->is_old() ) {
			return Finding::good( 'caching', __( 'No cache keeps the answers.', 'rollbook' ) );
		}
		return new Finding(
			'caching',
			Finding::CRITICAL,
			__( 'A cache keeps the answers: a second request, with another token, got the answer of the first.', 'rollbook' ),
			__( 'Identity providers see people as they were, and anybody may see them without a token.', 'rollbook' ),
			array( __( 'Leave the address out of every cache. Then empty the caches and run this test again.', 'rollbook' ) ),
			ServerLines::caching( $this->server, $this->address )
		);
	}

	/**
	 * Whether all requests share one object cache.
	 *
	 * @param Probing $first The first request, which has read a value and left one.
	 */
	private function object_cache( Probing $first ): Finding {
		if ( ! wp_using_ext_object_cache() ) {
			return Finding::good( 'object_cache', __( 'WordPress uses no persistent object cache.', 'rollbook' ) );
		}
		$asked = wp_cache_get( 'question', Probe::GROUP, true );
		if ( ( $first->answer['heard'] ?? '' ) === $asked && $first->is_noted_as( wp_cache_get( 'answer', Probe::GROUP, true ) ) ) {
			return Finding::good( 'object_cache', __( 'All requests share one object cache.', 'rollbook' ) );
		}
		return new Finding(
			'object_cache',
			Finding::CRITICAL,
			__( 'What one request leaves in the object cache does not reach the next one.', 'rollbook' ),
			__( 'A page may go on showing a person who was changed or locked out.', 'rollbook' ),
			array( __( 'Look whether the server of the cache (Redis or Memcached) runs, and whether every PHP of this site, the command line too, uses the same one. The file wp-content/object-cache.php connects to it.', 'rollbook' ) ),
			array(),
			Repairs::CACHE
		);
	}

	/**
	 * A search, as identity providers make it, that nobody has made before.
	 *
	 * @param string $address The address of the service.
	 */
	private static function search_at( string $address ): string {
		return $address . '/Users?filter=' . rawurlencode( sprintf( 'id eq "rollbook-self-test-%s"', wp_generate_password( 10, false ) ) );
	}
}
