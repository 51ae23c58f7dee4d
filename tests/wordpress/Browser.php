<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

/**
 * Requests to the site over HTTP, with a cookie jar.
 */
final class Browser {

	/** @var array<string, string> */
	private array $cookies = array();

	public int $status = 0;

	public string $body = '';

	/** The page that was confirmed last. */
	public string $asked = '';

	/** @var string[] */
	public array $headers = array();

	public function __construct( private readonly string $url ) {}

	/** Fetches a path; redirects are not followed. */
	public function fetch( string $path, ?string $body = null, array $headers = array() ): self {
		if ( $this->cookies ) {
			$pairs     = array_map( static fn( string $name, string $value ): string => "$name=$value", array_keys( $this->cookies ), $this->cookies );
			$headers[] = 'Cookie: ' . implode( '; ', $pairs );
		}
		$context       = stream_context_create(
			array(
				'http' => array(
					'method'          => null === $body ? 'GET' : 'POST',
					'header'          => $headers,
					'content'         => (string) $body,
					'ignore_errors'   => true,
					'follow_location' => 0,
					'timeout'         => 60,
				),
			)
		);
		$this->body    = (string) file_get_contents( $this->url . $path, false, $context );
		$this->headers = $http_response_header;
		$this->status  = (int) explode( ' ', $this->headers[0] )[1];
		foreach ( $this->headers as $header ) {
			if ( preg_match( '/^Set-Cookie:\s*([^=]+)=([^;]*)/i', $header, $cookie ) ) {
				$this->cookies[ $cookie[1] ] = $cookie[2];
			}
		}
		return $this;
	}

	/** Sends a form. */
	public function submit( string $path, array $fields ): self {
		return $this->fetch( $path, http_build_query( $fields ), array( 'Content-Type: application/x-www-form-urlencoded' ) );
	}

	/** Presses the button that confirms what the settings page asks. */
	public function confirm( string $page = '/wp-admin/options-general.php?page=rollbook' ): self {
		$document    = new \DOMDocument();
		$this->asked = $this->fetch( $page )->body;
		@$document->loadHTML( $this->asked );
		foreach ( $document->getElementsByTagName( 'button' ) as $button ) {
			if ( 'confirmed' === $button->getAttribute( 'name' ) ) {
				$fields = array( 'confirmed' => $button->getAttribute( 'value' ) );
				for ( $form = $button->parentNode; 'form' !== $form->nodeName; ) {
					$form = $form->parentNode;
				}
				foreach ( $form->getElementsByTagName( 'input' ) as $input ) {
					$fields[ $input->getAttribute( 'name' ) ] = $input->getAttribute( 'value' );
				}
				return $this->submit( '/wp-admin/admin-post.php', $fields );
			}
		}
		throw new \RuntimeException( "nothing is asked on $page" );
	}

	/** Logs in with the login form. */
	public function log_in( string $login, string $password ): self {
		$this->cookies['wordpress_test_cookie'] = 'WP%20Cookie%20check';
		return $this->submit(
			'/wp-login.php',
			array(
				'log' => $login,
				'pwd' => $password,
			)
		);
	}

	/** Whether the site takes the browser for somebody. */
	public function is_logged_in(): bool {
		return 200 === $this->fetch( '/wp-admin/profile.php' )->status;
	}

	/** Whether the browser was given a login cookie. */
	public function has_login_cookie(): bool {
		return array() !== preg_grep( '/^wordpress_logged_in_/', array_keys( array_filter( $this->cookies, static fn( string $value ): bool => '' !== trim( $value, '+% 20' ) ) ) );
	}

	/** Calls a method of XML-RPC. */
	public function call( string $method, string ...$arguments ): self {
		$values = implode( '', array_map( static fn( string $argument ): string => '<param><value><string>' . htmlspecialchars( $argument ) . '</string></value></param>', $arguments ) );
		return $this->fetch( '/xmlrpc.php', "<?xml version=\"1.0\"?><methodCall><methodName>$method</methodName><params>$values</params></methodCall>", array( 'Content-Type: text/xml' ) );
	}

	/** Asks the REST API who we are, with an application password. */
	public function who_am_i( string $login, string $password ): self {
		return $this->fetch( '/index.php?rest_route=/wp/v2/users/me', null, array( 'Authorization: Basic ' . base64_encode( "$login:$password" ) ) );
	}
}
