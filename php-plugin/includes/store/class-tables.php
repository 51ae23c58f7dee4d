<?php
/**
 * The plugin's own tables.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Names, shape and upgrade of the tables, each site of a network having its own.
 *
 * Every text column compares byte by byte. A value that must match in any case is stored a second time, folded. One collation for a whole
 * table also keeps wpdb from reading every statement through a regular expression, which it does where a column's collation is not a "safe"
 * one, and from refusing non-ASCII text, which it does where character sets mix. SQLite's drop-in knows no collations: there ASCII letters
 * compare without case, and a statement that needs the case says BINARY.
 *
 * Times are milliseconds since 1970 (UTC).
 */
final class Tables {

	/**
	 * The number of the shape below. Every change of it adds one.
	 */
	private const VERSION = 16;

	/**
	 * The option that remembers which shape the site's tables have.
	 */
	public const OPTION = 'rollbook_tables';

	private const NAMES = array( 'users', 'lookups', 'groups', 'group_members', 'tokens', 'activity', 'bodies', 'refusals', 'losses', 'knocks' );

	/**
	 * The full name of a table of the current site.
	 *
	 * @param string $table One of users, lookups, groups, group_members, tokens, activity, bodies, refusals, losses, knocks.
	 */
	public static function name( string $table ): string {
		global $wpdb;
		return $wpdb->prefix . 'rollbook_' . $table;
	}

	/**
	 * The full names of all tables of a site.
	 *
	 * @param ?string $prefix The prefix of its tables; null for the current site.
	 * @return string[]
	 */
	public static function names( ?string $prefix = null ): array {
		global $wpdb;
		$prefix ??= $wpdb->prefix;
		return array_map( static fn( string $name ): string => $prefix . 'rollbook_' . $name, self::NAMES );
	}

	/**
	 * Whether the current site has its tables in this version's shape. A site of a network gets them with its first request.
	 */
	public static function exist(): bool {
		return self::VERSION === (int) get_option( self::OPTION );
	}

	/**
	 * Creates the current site's tables, or brings them to this version's shape.
	 */
	public static function create(): void {
		TableUpgrade::run( self::OPTION, self::VERSION, self::definition() );
		// WordPress asks the database for an option that is not there, with every request.
		add_option( ValueIndexes::OPTION, array(), '', true );
		add_option( ReceivedAttributes::OPTION, '', '', true );
	}

	/**
	 * Whether a newer version of the plugin has made the tables. They are left as they are then.
	 */
	public static function are_newer(): bool {
		return self::VERSION < (int) get_option( self::OPTION );
	}

	/**
	 * Brings the current site's tables to this version's shape where it has some.
	 *
	 * @return bool Whether it has them in this shape now.
	 */
	public static function bring_up(): bool {
		if ( ! self::exist() && false !== get_option( self::OPTION ) ) {
			self::create();
		}
		return self::exist();
	}

	/**
	 * Has a request wait while another one upgrades the tables.
	 *
	 * @throws DatabaseFailure When the tables have another shape.
	 */
	public static function require_shape(): void {
		if ( ! self::exist() ) {
			throw new DatabaseFailure( 'the tables of Rollbook are being brought to the shape of this version' );
		}
	}

	/**
	 * Makes a table again that somebody has dropped. The next request finds it.
	 *
	 * @param DatabaseFailure $failure The failure of a statement.
	 */
	public static function restore( DatabaseFailure $failure ): void {
		if ( $failure->is_missing_table() && str_contains( $failure->getMessage(), 'rollbook_' ) ) {
			self::create();
		}
	}

	/**
	 * What is wrong with the current site's tables: missing ones, columns and keys, a storage engine that knows no transactions, and what the
	 * database finds broken.
	 *
	 * @return list<string> Nothing where all is well.
	 * @throws DatabaseFailure When the database does not tell.
	 */
	public static function faults(): array {
		require_once ABSPATH . 'wp-admin/includes/upgrade.php';
		$faults = array();
		Database::value( 'SELECT 1' ); // dbDelta() takes a database that does not answer for one without tables.
		foreach ( dbDelta( self::definition(), false ) as $place => $change ) {
			/* translators: %s: a table, or a table and its column. */
			$faults[] = sprintf( __( '%s is missing or has another shape', 'rollbook' ), is_string( $place ) ? $place : (string) preg_replace( '/^Added index /', '', $change ) );
		}
		return array() === $faults && null !== Database::connection() ? self::faults_of_engine() : $faults;
	}

	/**
	 * What MySQL or MariaDB find wrong.
	 *
	 * @return list<string>
	 * @throws DatabaseFailure When the database does not tell.
	 */
	private static function faults_of_engine(): array {
		$faults = array();
		foreach ( Database::rows( 'CHECK TABLE ' . implode( ', ', self::names() ) . ' QUICK' ) as $row ) {
			if ( 'error' === strtolower( (string) $row['Msg_type'] ) || ( 'status' === $row['Msg_type'] && 'OK' !== $row['Msg_text'] ) ) {
				$faults[] = "{$row['Table']}: {$row['Msg_text']}";
			}
		}
		foreach ( self::engines() as $table => $engine ) {
			if ( 'innodb' !== strtolower( $engine ) ) {
				/* translators: 1: a table, 2: a storage engine of the database: “MyISAM”. */
				$faults[] = sprintf( __( '%1$s is stored by %2$s, which keeps no request whole', 'rollbook' ), $table, $engine );
			}
		}
		return $faults;
	}

	/**
	 * Which storage engine each table has.
	 *
	 * @return array<string, string>
	 */
	private static function engines(): array {
		$holders = implode( ', ', array_fill( 0, count( self::names() ), '%s' ) );
		$rows    = Database::rows( "SELECT TABLE_NAME AS name, ENGINE AS engine FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ($holders)", self::names() );
		return array_column( $rows, 'engine', 'name' );
	}

	/**
	 * Mends what faults() tells.
	 *
	 * @return bool Whether nothing is wrong any more.
	 * @throws DatabaseFailure When the database does not tell.
	 */
	public static function repair(): bool {
		self::create();
		if ( null !== Database::connection() ) {
			foreach ( self::engines() as $table => $engine ) {
				if ( 'innodb' !== strtolower( $engine ) ) {
					Database::run( "ALTER TABLE $table ENGINE = InnoDB" );
				}
			}
		}
		return array() === self::faults();
	}

	/**
	 * Brings the tables to this version's shape after an update of the plugin, which runs no activation hook.
	 */
	public static function action_plugins_loaded(): void {
		if ( ! self::exist() && ! self::are_newer() ) {
			self::create();
		}
	}

	/**
	 * Removes the current site's tables and all rows.
	 */
	public static function drop(): void {
		global $wpdb;
		foreach ( self::names() as $name ) {
			$wpdb->query( "DROP TABLE IF EXISTS $name" ); // phpcs:ignore WordPress.DB
		}
		delete_option( self::OPTION );
	}

	/**
	 * The tables as dbDelta reads them: one field a line, two spaces after PRIMARY KEY, widths as MariaDB shows them.
	 *
	 * WordPress's own tables do not keep addresses and logins unique. The unique keys `email_key` and `login_key` do: they hold the address
	 * and the login of a managed person's account, in lower case. A deleted person whose account was kept has neither. `user_id` is empty
	 * only after the row is written and before the account is. `written_by` is the mark of the last write. It tells whether that write was
	 * stored, if the connection was lost meanwhile.
	 *
	 * A row of `activity` is an event: `kind` says what happened to (a request, a token, the settings …), `action` what happened,
	 * `token_id` or `actor` who did it, `address` from where, `outcome` how it ended, `effects` what changed in WordPress. An entry is not
	 * `notable` if its request only read, or changed nothing. `name_key` is the name in lower case. Every column that the log is searched
	 * by has an index that also gives the order, if `notable` has one value. A row of `refusals` counts the requests of a day that were
	 * refused for one reason and had no valid token.
	 *
	 * A row of `bodies` is what was sent and answered where an entry of `activity` was made, with what is secret masked. A size without a
	 * text is that of a body that could not be read.
	 *
	 * A row of `losses` is something that an identity provider took from a person: `before_it` is what it takes to undo it, `held` a deletion
	 * that waits for the owner, `decision` what the owner wants, and `settled` that it was done.
	 *
	 * `minute` and `requests` of a token count what it asked for within a minute, where that is counted.
	 *
	 * A row of `knocks` counts the requests of a minute that came from an address without a valid token. One stands for the token of
	 * wp-config.php, which has no row of its own, and counts its requests.
	 *
	 * @return string[]
	 */
	private static function definition(): array {
		global $wpdb;
		$charset = $wpdb->charset ? $wpdb->charset : 'utf8mb4';
		$end     = ") DEFAULT CHARACTER SET $charset COLLATE {$charset}_bin;";

		$users         = self::name( 'users' );
		$lookups       = self::name( 'lookups' );
		$groups        = self::name( 'groups' );
		$group_members = self::name( 'group_members' );
		$tokens        = self::name( 'tokens' );
		$activity      = self::name( 'activity' );
		$bodies        = self::name( 'bodies' );
		$refusals      = self::name( 'refusals' );
		$losses        = self::name( 'losses' );
		$knocks        = self::name( 'knocks' );

		return array(
			"CREATE TABLE $users (
  row_id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  id char(36) NOT NULL,
  user_id bigint(20) unsigned NULL,
  user_name varchar(255) NOT NULL,
  user_name_key varchar(255) NOT NULL,
  email_key varchar(191) NULL,
  login_key varchar(60) NULL,
  external_id varchar(255) NULL,
  active tinyint(1) NOT NULL DEFAULT 1,
  locked_before tinyint(1) NOT NULL DEFAULT 0,
  managed tinyint(1) NOT NULL DEFAULT 0,
  linked tinyint(1) NOT NULL DEFAULT 0,
  deleted tinyint(1) NOT NULL DEFAULT 0,
  wished_name varchar(255) NULL,
  login_of varchar(60) NULL,
  version bigint(20) unsigned NOT NULL DEFAULT 1,
  created bigint(20) NOT NULL,
  modified bigint(20) NOT NULL,
  document longtext NULL,
  applied longtext NULL,
  ruling text NULL,
  written_by char(36) NULL,
  PRIMARY KEY  (row_id),
  UNIQUE KEY id (id),
  UNIQUE KEY user_id (user_id),
  UNIQUE KEY user_name_key (user_name_key),
  UNIQUE KEY email_key (email_key),
  UNIQUE KEY login_key (login_key),
  KEY external_id (external_id),
  KEY created (created),
  KEY modified (modified),
  KEY deleted_managed (deleted,managed,active),
  KEY deleted_active (deleted,active,locked_before)
$end",
			"CREATE TABLE $lookups (
  row_id bigint(20) unsigned NOT NULL,
  path varchar(100) NOT NULL,
  value varchar(191) NOT NULL,
  PRIMARY KEY  (path,value,row_id),
  KEY row_id (row_id)
$end",
			"CREATE TABLE $groups (
  row_id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  id char(36) NOT NULL,
  display_name varchar(256) NOT NULL,
  display_name_key varchar(512) NOT NULL,
  external_id varchar(255) NULL,
  version bigint(20) unsigned NOT NULL DEFAULT 1,
  created bigint(20) NOT NULL,
  modified bigint(20) NOT NULL,
  document longtext NULL,
  written_by char(36) NULL,
  PRIMARY KEY  (row_id),
  UNIQUE KEY id (id),
  UNIQUE KEY display_name_key (display_name_key),
  KEY external_id (external_id),
  KEY created (created),
  KEY modified (modified)
$end",
			"CREATE TABLE $group_members (
  group_row bigint(20) unsigned NOT NULL,
  member_id char(36) NOT NULL,
  member_kind varchar(8) NOT NULL,
  PRIMARY KEY  (group_row,member_id),
  KEY member_id (member_id),
  KEY member_kind (member_kind)
$end",
			"CREATE TABLE $tokens (
  id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  name varchar(255) NOT NULL,
  hash char(64) NOT NULL,
  scope varchar(16) NOT NULL,
  created bigint(20) NOT NULL,
  expires bigint(20) NULL,
  revoked bigint(20) NULL,
  last_used bigint(20) NULL,
  last_address varchar(45) NULL,
  minute bigint(20) NOT NULL DEFAULT 0,
  requests int(10) unsigned NOT NULL DEFAULT 0,
  created_by bigint(20) unsigned NOT NULL DEFAULT 0,
  form char(36) NULL,
  PRIMARY KEY  (id),
  UNIQUE KEY hash (hash),
  UNIQUE KEY form (form)
$end",
			"CREATE TABLE $activity (
  id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  time bigint(20) NOT NULL,
  kind varchar(16) NOT NULL,
  action varchar(16) NULL,
  token_id bigint(20) unsigned NULL,
  actor_id bigint(20) unsigned NULL,
  actor varchar(60) NULL,
  address varchar(45) NULL,
  method varchar(16) NULL,
  path text NULL,
  status smallint(5) unsigned NULL,
  duration_ms int(10) unsigned NULL,
  outcome varchar(8) NOT NULL DEFAULT 'done',
  notable tinyint(1) NOT NULL DEFAULT 1,
  user_id bigint(20) unsigned NULL,
  resource_id varchar(64) NULL,
  resource_name varchar(255) NULL,
  name_key varchar(255) NULL,
  detail text NULL,
  failure text NULL,
  changes longtext NULL,
  effects longtext NULL,
  dialects text NULL,
  PRIMARY KEY  (id),
  KEY time (time),
  KEY kind (kind,time),
  KEY resource_id (resource_id,time),
  KEY user_notable (user_id,notable,time),
  KEY notable (notable,time),
  KEY action (action,time),
  KEY outcome_notable (outcome,notable,time),
  KEY address_notable (address,notable,time),
  KEY name_notable (name_key,notable,time)
$end",
			"CREATE TABLE $bodies (
  activity_id bigint(20) unsigned NOT NULL,
  time bigint(20) NOT NULL,
  request longtext NULL,
  request_size int(10) unsigned NULL,
  request_cut tinyint(1) NOT NULL DEFAULT 0,
  answer longtext NULL,
  answer_size int(10) unsigned NULL,
  answer_cut tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY  (activity_id),
  KEY time (time)
$end",
			"CREATE TABLE $refusals (
  day int(10) unsigned NOT NULL,
  reason varchar(16) NOT NULL,
  times bigint(20) unsigned NOT NULL,
  last_time bigint(20) NOT NULL,
  last_address varchar(45) NULL,
  PRIMARY KEY  (day,reason)
$end",
			"CREATE TABLE $knocks (
  minute bigint(20) NOT NULL,
  address varchar(64) NOT NULL,
  times bigint(20) unsigned NOT NULL,
  PRIMARY KEY  (minute,address)
$end",
			"CREATE TABLE $losses (
  loss_id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  time bigint(20) NOT NULL,
  kind varchar(16) NOT NULL,
  user_id bigint(20) unsigned NOT NULL,
  id char(36) NOT NULL,
  user_name varchar(255) NOT NULL,
  held tinyint(1) NOT NULL DEFAULT 0,
  before_it longtext NULL,
  decision varchar(8) NULL,
  decided bigint(20) NULL,
  settled tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY  (loss_id),
  KEY undecided (decision,time,user_id),
  KEY decided (decision,decided)
$end",
		);
	}
}
