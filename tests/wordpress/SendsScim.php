<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Upkeep\SettingsWriter;

/** Requests to the service over HTTP, as an identity provider sends them. */
trait SendsScim {

	/** Sends a request; gives its status, its body and what that says. */
	protected function scim( string $method, string $path, ?array $body = null ): object {
		$site    = $this->service();
		$context = stream_context_create(
			array(
				'http' => array(
					'method'        => $method,
					'header'        => array( "Authorization: Bearer $site->token", 'Content-Type: application/scim+json' ),
					'content'       => null === $body ? '' : json_encode( $body ),
					'ignore_errors' => true,
					'timeout'       => 60,
				),
			)
		);
		$text    = (string) file_get_contents( $site->scim . $path, false, $context );
		wp_cache_flush();
		return (object) array(
			'status' => (int) explode( ' ', $http_response_header[0] )[1],
			'body'   => $text,
			'json'   => json_decode( $text ),
		);
	}

	/** The service that is spoken to: its address and token. */
	protected function service(): object {
		return json_decode( (string) getenv( 'ROLLBOOK_SITE' ) );
	}

	/** Provisions a person, and gives the resource. */
	protected function provision( string $user_name, array $attributes = array() ): object {
		$answer = $this->scim( 'POST', '/Users', array( 'schemas' => array( 'urn:ietf:params:scim:schemas:core:2.0:User' ), 'userName' => $user_name, 'active' => true ) + $attributes );
		self::assertSame( 201, $answer->status, $answer->body );
		return $answer->json;
	}

	/** Changes an attribute. */
	protected function patch( string $id, string $path, mixed $value ): object {
		return $this->scim(
			'PATCH',
			"/Users/$id",
			array(
				'schemas'    => array( 'urn:ietf:params:scim:api:messages:2.0:PatchOp' ),
				'Operations' => array( array( 'op' => 'replace', 'path' => $path, 'value' => $value ) ),
			)
		);
	}

	/** Changes settings. */
	protected function settings( array $partial ): void {
		SettingsWriter::merge( $partial );
	}

	/** The account of a person. */
	protected function account_of( string $id ): \WP_User {
		return get_userdata( $this->load( $id )['account']['user_id'] );
	}
}
