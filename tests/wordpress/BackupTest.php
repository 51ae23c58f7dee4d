<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

/** The database is put back to what it was: the identity provider finds everything as it was then, and goes on from there. */
final class BackupTest extends SiteTestCase {

	use SendsScim;

	private string $file;

	protected function setUp(): void {
		parent::setUp();
		$this->file = get_temp_dir() . 'rollbook-backup-' . wp_generate_uuid4();
	}

	protected function tearDown(): void {
		if ( is_file( $this->file ) ) {
			unlink( $this->file );
		}
		parent::tearDown();
	}

	public function test_what_a_backup_holds_is_there_after_it_was_restored(): void {
		$person = $this->provision( 'pu-backup', array( 'title' => 'Before', 'externalId' => 'b-1', 'password' => 'Sufficiently-long-1' ) );
		$group  = $this->scim( 'POST', '/Groups', array( 'displayName' => 'Backup', 'members' => array( array( 'value' => $person->id ) ) ) )->json;
		$before = array( $this->scim( 'GET', "/Users/$person->id" )->body, $this->scim( 'GET', "/Groups/$group->id" )->body );
		$this->back_up();

		$this->assertSame( 200, $this->patch( $person->id, 'title', 'After' )->status );
		$late = $this->provision( 'pu-after-backup' );
		$this->assertSame( 204, $this->scim( 'DELETE', "/Groups/$group->id" )->status );
		$this->assertSame( 204, $this->scim( 'DELETE', "/Users/$person->id" )->status );
		$this->restore();

		$this->assertSame( $before, array( $this->scim( 'GET', "/Users/$person->id" )->body, $this->scim( 'GET', "/Groups/$group->id" )->body ) );
		// What came after the backup is gone; the identity provider makes it again.
		$this->assertSame( 404, $this->scim( 'GET', "/Users/$late->id" )->status );
		$this->provision( 'pu-after-backup' );
		$this->assertSame( 'After again', $this->patch( $person->id, 'title', 'After again' )->json->title );
	}

	/** Backs up as a host does: the file of SQLite, or a dump. */
	private function back_up(): void {
		if ( $this->is_sqlite() ) {
			( new \PDO( 'sqlite:' . DB_DIR . DB_FILE ) )->exec( "VACUUM INTO '$this->file'" );
		} else {
			file_put_contents( $this->file, $this->dump() );
		}
	}

	/** Restores it, into the database that is in use. */
	private function restore(): void {
		global $wpdb;
		if ( $this->is_sqlite() ) {
			$file = new \PDO( 'sqlite:' . DB_DIR . DB_FILE );
			$file->setAttribute( \PDO::ATTR_ERRMODE, \PDO::ERRMODE_EXCEPTION );
			$file->exec( "ATTACH '$this->file' AS backup" );
			$file->exec( 'BEGIN IMMEDIATE' );
			foreach ( $file->query( "SELECT name FROM backup.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'" )->fetchAll( \PDO::FETCH_COLUMN ) as $table ) {
				$file->exec( "DELETE FROM main.`$table`" );
				$file->exec( "INSERT INTO main.`$table` SELECT * FROM backup.`$table`" );
			}
			$file->exec( 'COMMIT' );
		} else {
			foreach ( json_decode( (string) file_get_contents( $this->file ), true ) as $line ) {
				$this->assertTrue( mysqli_query( $wpdb->dbh, $line ), mysqli_error( $wpdb->dbh ) );
			}
		}
		wp_cache_flush();
	}

	private function is_sqlite(): bool {
		return defined( 'DB_ENGINE' ) && 'sqlite' === DB_ENGINE;
	}

	/** As plugins write a dump: each table, and its rows. */
	private function dump(): string {
		global $wpdb;
		$lines = array( 'SET FOREIGN_KEY_CHECKS = 0' );
		foreach ( $wpdb->get_col( 'SHOW TABLES' ) as $table ) {
			$lines[] = "DROP TABLE IF EXISTS `$table`";
			$lines[] = $wpdb->get_row( "SHOW CREATE TABLE `$table`", ARRAY_N )[1];
			foreach ( $wpdb->get_results( "SELECT * FROM `$table`", ARRAY_A ) as $row ) {
				$values  = array_map( static fn( ?string $value ): string => null === $value ? 'NULL' : "'" . mysqli_real_escape_string( $wpdb->dbh, $value ) . "'", $row );
				$lines[] = "INSERT INTO `$table` VALUES (" . implode( ',', $values ) . ')';
			}
		}
		return (string) json_encode( $lines, JSON_THROW_ON_ERROR );
	}
}
