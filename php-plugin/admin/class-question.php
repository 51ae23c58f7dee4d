<?php
/**
 * What is asked before something dangerous is done.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Admin;

use Rollbook\WordPress\Upkeep\SettingsProblem;

defined( 'ABSPATH' ) || exit;

/**
 * A question that a form's handler asks instead of acting. The next page names the consequences, and has a button that sends the form
 * again, confirmed. It needs no JavaScript.
 *
 * A handler asks so: `if ( ! Question::is_confirmed( $key ) ) { SettingsPage::go_back( ( new Question( … ) )->message(), $tab ); }`
 */
final class Question {

	/** The field that confirms. */
	public const FIELD = 'confirmed';

	/** The id of the form of settings, which a question about it sends again. */
	public const SETTINGS_FORM = 'rollbook-settings';

	/**
	 * A question.
	 *
	 * @param string                                          $title        What is asked.
	 * @param list<array{reason: string, place?: string, ...}> $consequences What follows, each as SettingsProblem::reason() reads it. One about a setting has its place.
	 * @param string                                          $button       What the button says that confirms.
	 * @param string                                          $key          What the confirmation counts for.
	 * @param string                                          $action       The action that is confirmed; none for the form of settings.
	 * @param int|string|null                                 $id           What it acts on.
	 * @param array<string, string>                           $fields       What else the form sent, to be sent again.
	 */
	public function __construct(
		public readonly string $title,
		public readonly array $consequences,
		public readonly string $button,
		public readonly string $key,
		public readonly string $action = '',
		public readonly int|string|null $id = null,
		public readonly array $fields = array(),
	) {
	}

	/**
	 * What a message asks, if anything.
	 *
	 * @param ?Message $message The message.
	 */
	public static function of( ?Message $message ): ?self {
		$asked = $message->question ?? null;
		return null === $asked ? null : new self( $asked['title'], $asked['consequences'], $asked['button'], $asked['key'], $asked['action'], $asked['id'], $asked['fields'] );
	}

	/**
	 * The message that asks it.
	 *
	 * @param array<string, mixed> $attempted What was typed, to be shown again.
	 */
	public function message( array $attempted = array() ): Message {
		$question = array(
			'title'        => $this->title,
			'consequences' => $this->consequences,
			'button'       => $this->button,
			'key'          => $this->key,
			'action'       => $this->action,
			'id'           => $this->id,
			'fields'       => $this->fields,
		);
		return new Message( $this->title, 'warning', attempted: $attempted, question: $question );
	}

	/**
	 * Whether the form that this request sent was confirmed.
	 *
	 * @param string $key What the confirmation has to count for.
	 */
	public static function is_confirmed( string $key ): bool {
		return hash_equals( $key, FormInput::line( self::FIELD ) );
	}

	/**
	 * The consequences for settings, by place.
	 *
	 * @return array<string, string> Several at one place are lines.
	 */
	public function by_place(): array {
		$by_place = array();
		foreach ( $this->consequences as $consequence ) {
			if ( isset( $consequence['place'] ) ) {
				$before                            = isset( $by_place[ $consequence['place'] ] ) ? $by_place[ $consequence['place'] ] . "\n" : '';
				$by_place[ $consequence['place'] ] = $before . SettingsProblem::reason( $consequence );
			}
		}
		return $by_place;
	}

	/**
	 * Prints the consequences and the buttons.
	 *
	 * @param string $tab The tab that it is asked on.
	 */
	public function render( string $tab ): void {
		$question = $this;
		require __DIR__ . '/views/consequences.php';
	}
}
