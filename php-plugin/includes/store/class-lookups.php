<?php
/**
 * The values that people are matched by.
 *
 * @package Rollbook
 */

declare( strict_types=1 );

namespace Rollbook\WordPress\Store;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps the index of matchable values.
 */
final class Lookups {

	private const COLUMNS = array( 'row_id', 'path', 'value' );

	/**
	 * Gives a person these values and no others; writes only what differs.
	 *
	 * @param int                                          $row_id  The person's row.
	 * @param array<int, array{path: string, value: string}> $lookups The values.
	 */
	public static function replace( int $row_id, array $lookups ): void {
		self::replace_all( array( $row_id => $lookups ) );
	}

	/**
	 * The same for many people.
	 *
	 * @param array<int, array<int, array{path: string, value: string}>> $people The values, by the person's row.
	 */
	public static function replace_all( array $people ): void {
		$table  = Tables::name( 'lookups' );
		$wanted = array();
		foreach ( $people as $row_id => $lookups ) {
			foreach ( $lookups as $lookup ) {
				$wanted[ $row_id ][ $lookup['path'] . "\0" . $lookup['value'] ] = array( $row_id, $lookup['path'], $lookup['value'] );
			}
		}
		foreach ( $people ? Database::rows( "SELECT row_id, path, value FROM $table WHERE row_id IN (" . Database::marks( $people, '%d' ) . ')', array_keys( $people ) ) : array() as $row ) {
			$row_id = (int) $row['row_id'];
			$key    = $row['path'] . "\0" . $row['value'];
			if ( isset( $wanted[ $row_id ][ $key ] ) ) {
				unset( $wanted[ $row_id ][ $key ] );
			} else {
				Database::run( "DELETE FROM $table WHERE row_id = %d AND path = %s AND value = %s", array( $row_id, $row['path'], $row['value'] ) );
			}
		}
		self::insert( array_merge( ...array_map( 'array_values', $wanted ) ) );
	}

	/**
	 * Gives values to a person with a new row and removes all others. The row's number may have been used before: SQLite uses the number of
	 * a row again that was never stored, and older databases that of the last deleted row after a restart.
	 *
	 * @param int                                            $row_id  The person's row.
	 * @param array<int, array{path: string, value: string}> $lookups The values.
	 */
	public static function begin( int $row_id, array $lookups ): void {
		self::clear_new( $row_id );
		self::add( $row_id, $lookups );
	}

	/**
	 * Removes what older rows with the same numbers may have left. Mostly there is nothing, and then nothing is deleted: a DELETE that finds
	 * nothing locks the place where the next row goes, and two requests that create people would wait for each other.
	 *
	 * @param int ...$row_ids The new rows.
	 */
	public static function clear_new( int ...$row_ids ): void {
		if ( array() !== $row_ids && null !== Database::value( 'SELECT 1 FROM ' . Tables::name( 'lookups' ) . ' WHERE row_id IN (' . Database::marks( $row_ids, '%d' ) . ') LIMIT 1', $row_ids ) ) {
			self::clear( ...$row_ids );
		}
	}

	/**
	 * Adds values to those that a person has.
	 *
	 * @param int                                            $row_id  The person's row.
	 * @param array<int, array{path: string, value: string}> $lookups The values.
	 */
	public static function add( int $row_id, array $lookups ): void {
		self::insert( array_map( static fn( array $lookup ): array => array( $row_id, $lookup['path'], $lookup['value'] ), $lookups ) );
	}

	/**
	 * Inserts values of any number of people.
	 *
	 * @param array<int, array{int, string, string}> $rows Row, path and value of each.
	 */
	public static function insert( array $rows ): void {
		Database::insert_new( Tables::name( 'lookups' ), self::COLUMNS, $rows );
	}

	/**
	 * Removes all values of people.
	 *
	 * @param int ...$row_ids Their rows.
	 */
	public static function clear( int ...$row_ids ): void {
		if ( $row_ids ) {
			Database::run( 'DELETE FROM ' . Tables::name( 'lookups' ) . ' WHERE row_id IN (' . Database::marks( $row_ids, '%d' ) . ')', $row_ids );
		}
	}
}
