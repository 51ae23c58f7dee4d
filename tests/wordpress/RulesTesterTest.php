<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

use Rollbook\WordPress\Admin\AccountSearch;
use Rollbook\WordPress\Admin\GroupsPanel;
use Rollbook\WordPress\Admin\RolesScreen;
use Rollbook\WordPress\Admin\RuleQuestions;

require_once __DIR__ . '/KeepsSettings.php';
require_once __DIR__ . '/SendsScim.php';

/** What the tab Roles & groups says of rules, people and groups, as the database knows them. */
final class RulesTesterTest extends SiteTestCase {

	use KeepsSettings;
	use SendsScim;

	protected function tearDown(): void {
		$_GET = array();
		parent::tearDown();
	}

	private function group( string $name, array $members ): string {
		$answer = $this->scim( 'POST', '/Groups', array( 'displayName' => $name, 'members' => array_map( static fn( string $id ): array => array( 'value' => $id ), $members ) ) );
		self::assertSame( 201, $answer->status, $answer->body );
		return $answer->json->id;
	}

	private function shown( string $what, array $question ): string {
		$_GET = wp_slash( $question );
		ob_start();
		require dirname( \Rollbook\WordPress\PLUGIN_FILE ) . '/admin/views/' . ( 'tester' === $what ? RolesScreen::more() : RolesScreen::last() ) . '.php';
		return (string) ob_get_clean();
	}

	/** @return list<string> */
	private function matched( string $filter ): array {
		$logins = array_column( RuleQuestions::matches( $filter )['people'], 'login' );
		sort( $logins );
		return $logins;
	}

	public function test_who_a_filter_matches_and_why_somebody_has_a_role(): void {
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'title eq "Boss"', 'role' => 'author' ), array( 'filter' => 'groups.display eq "pu-team"', 'role' => 'editor' ) ) ) );
		$this->provision( 'pu-jane', array( 'title' => 'Boss', 'displayName' => 'Jane & Pu' ) );
		$joan = $this->provision( 'pu-joan', array( 'title' => 'Clerk' ) )->id;
		$this->group( 'pu-company', array( $this->group( 'pu-team', array( $joan ) ) ) );
		$cases = array(
			'userName sw "PU-J"'                             => array( 'pu-jane', 'pu-joan' ),
			'title eq "boss" and userName sw "pu-"'          => array( 'pu-jane' ),
			'groups.display eq "pu-COMPANY"'                 => array( 'pu-joan' ),
			'groups[type eq "direct" and display co "pu-t"]' => array( 'pu-joan' ),
			'groups.display eq "pu-none"'                    => array(),
		);
		foreach ( $cases as $filter => $expected ) {
			self::assertSame( $expected, $this->matched( $filter ), $filter );
		}
		$html = $this->shown( 'tester', array( 'filter' => 'title eq "Boss" and userName eq "pu-jane"' ) );
		self::assertStringContainsString( 'Jane &amp; Pu', $html );
		self::assertStringContainsString( '1 person.', $html );
		self::assertStringContainsString( 'cannot be read', $this->shown( 'tester', array( 'filter' => 'title is <b>' ) ) );

		$joan_account = $this->account_of( $joan );
		$told         = fn(): string => wp_strip_all_tags( $this->shown( 'tester', array( 'person' => (string) $joan_account->ID ) ) );
		self::assertStringContainsString( 'Rule 2 decides', $told() );
		self::assertStringContainsString( 'Does not fit', $told() );
		self::assertStringNotContainsString( 'aria-invalid', $this->shown( 'tester', array( 'person' => (string) $joan_account->ID, 'filter' => 'title is' ) ), 'who asks for a person hears of the person alone' );
		$joan_account->set_role( 'contributor' );
		self::assertStringContainsString( 'It was given by hand', $told() );
		$this->settings( array( 'role_rules' => array(), 'default_role' => '' ) );
		self::assertStringContainsString( 'people that no rule fits have no role', $told() );
		$this->settings( array( 'hand_given_roles' => 'overrule' ) );
		self::assertStringContainsString( 'the account loses its roles', $told() );
	}

	public function test_a_person_is_found_by_whatever_is_known(): void {
		$jane  = $this->account_of( $this->provision( 'pu-jane.doe@example.test', array( 'displayName' => 'Jane Pu-Doe', 'emails' => array( array( 'value' => 'pu-mail@example.test', 'primary' => true ) ) ) )->id );
		$found = static fn( string $who ): array => array_map( static fn( \WP_User $user ): int => $user->ID, AccountSearch::find( $who ) );
		foreach ( array( (string) $jane->ID, $jane->user_login, 'PU-MAIL@example.test', 'pu-jane.doe@EXAMPLE.test', 'pu-jane.d', 'Pu-Doe', ' jane pu' ) as $who ) {
			self::assertSame( array( $jane->ID ), $found( $who ), $who );
		}
		self::assertSame( array(), $found( 'pu-nobody' ) );
		self::assertSame( array(), $found( '' ) );
		self::assertStringContainsString( 'Nobody on this site is called “pu-&lt;b&gt;”', $this->shown( 'tester', array( 'who' => 'pu-<b>' ) ) );
		for ( $number = 0; $number < AccountSearch::SHOWN + 1; $number++ ) {
			$this->create( "pu-many-$number" );
		}
		self::assertStringContainsString( 'At most 10 are named', $this->shown( 'tester', array( 'who' => 'pu-many-' ) ) );
	}

	public function test_groups_are_paged_and_their_names_escaped(): void {
		$this->settings( array( 'role_rules' => array( array( 'filter' => 'groups.display eq "pu-<b>team"', 'role' => 'author' ) ) ) );
		$ids = array();
		for ( $number = 0; $number < 23; $number++ ) {
			$ids[] = $this->provision( sprintf( 'pu-%02d', $number ) )->id;
			$this->group( sprintf( 'pu-group-%02d', $number ), array() );
		}
		$team = $this->group( 'pu-<b>team', array( ...$ids, $this->group( 'pu-inner', array() ) ) );
		$html = $this->shown( 'groups', array( 'group_name' => 'PU-' ) );
		self::assertStringContainsString( '25 groups', $html );
		self::assertStringContainsString( 'pu-&lt;b&gt;team', $html );
		self::assertStringNotContainsString( 'pu-<b>', $html );
		self::assertStringContainsString( 'Author (rule 1)', $html );
		self::assertStringContainsString( 'Page 1 of 2', $html );
		self::assertStringContainsString( 'Page 2 of 2', $this->shown( 'groups', array( 'group_name' => 'pu-', 'page_of_groups' => '99' ) ), 'a page that is not there is the last' );
		$first  = $this->shown( 'groups', array( 'group' => $team ) );
		$second = $this->shown( 'groups', array( 'group' => $team, 'page_of_groups' => '2' ) );
		self::assertSame( array( 21, 5 ), array( substr_count( $first, '<tr>' ), substr_count( $second, '<tr>' ) ), 'a head, and 20 of 24 members' );
		self::assertStringContainsString( '(a group)', $first . $second );
		global $wpdb;
		$before = $wpdb->num_queries;
		GroupsPanel::collect();
		self::assertLessThan( 12, $wpdb->num_queries - $before, 'however many members' );
	}

	public function test_a_rule_over_what_nobody_has_is_doubted(): void {
		$rules = array( array( 'filter' => 'urn:contoso:2.0:User:pu pr', 'role' => 'author' ), array( 'filter' => 'groups.display eq "pu-lost"', 'role' => 'author' ), array( 'filter' => 'title eq "Boss"', 'role' => 'author' ) );
		$this->settings( array( 'role_rules' => $rules ) );
		$this->provision( 'pu-jane', array( 'title' => 'Clerk' ) );
		$doubts = RuleQuestions::doubts();
		self::assertSame( array( 'groups.display eq "pu-lost"', 'urn:contoso:2.0:User:pu pr' ), array_keys( $doubts ) );
		self::assertStringContainsString( 'No group of this name', $doubts['groups.display eq "pu-lost"'][0] );
		self::assertStringContainsString( 'urn:contoso:2.0:User:pu', $doubts['urn:contoso:2.0:User:pu pr'][0] );
		$this->group( 'pu-LOST', array() );
		$this->provision( 'pu-joan', array( 'urn:contoso:2.0:User' => array( 'pu' => 'x' ) ) );
		self::assertSame( array(), RuleQuestions::doubts() );
	}
}
