<?php

declare( strict_types=1 );

namespace Rollbook\Tests\WordPress;

/** An nginx of its own before the site, to do to requests what servers do to them. */
final class Nginx {

	/** @param resource $process */
	private function __construct( private $process, private readonly string $folder, public readonly string $url ) {}

	/** Starts one that passes requests on to the site; `$directives` stand beside `proxy_pass`. */
	public static function before( string $site, string $directives ): self {
		$folder = get_temp_dir() . 'rollbook-nginx-' . wp_generate_uuid4();
		mkdir( $folder );
		$probe = stream_socket_server( 'tcp://127.0.0.1:0' );
		$port  = (int) substr( strrchr( stream_socket_get_name( $probe, false ), ':' ), 1 );
		fclose( $probe );
		$paths = implode( '', array_map( static fn( string $kind ): string => "{$kind}_temp_path $folder/$kind;", array( 'client_body', 'proxy', 'fastcgi', 'scgi', 'uwsgi' ) ) );
		$user  = 0 === posix_geteuid() ? 'user root root;' : '';
		file_put_contents(
			"$folder/nginx.conf",
			"$user daemon off; worker_processes 1; pid $folder/pid; error_log $folder/error.log; events {}
			http {
				access_log off; $paths
				proxy_cache_path $folder/cache keys_zone=kept:1m;
				server {
					listen 127.0.0.1:$port;
					location / { proxy_pass $site; proxy_set_header Host \$http_host; $directives }
					location = /page.html { internal; default_type text/html; return 200 '<h1>The host’s own page</h1>'; }
				}
			}"
		);
		$path    = (string) getenv( 'PATH' );
		$process = proc_open( array( 'nginx', '-e', "$folder/error.log", '-p', $folder, '-c', "$folder/nginx.conf" ), array( 2 => array( 'file', "$folder/start.log", 'w' ) ), $pipes, null, array( 'PATH' => "$path:/usr/sbin" ) + getenv() );
		$until   = microtime( true ) + 10;
		while ( false === ( $connection = @fsockopen( '127.0.0.1', $port ) ) ) {
			if ( microtime( true ) > $until || ! proc_get_status( $process )['running'] ) {
				throw new \RuntimeException( 'nginx does not start: ' . file_get_contents( "$folder/start.log" ) );
			}
			usleep( 20000 );
		}
		fclose( $connection );
		return new self( $process, $folder, "http://127.0.0.1:$port" );
	}

	/** Ends it. */
	public function stop(): void {
		proc_terminate( $this->process );
		proc_close( $this->process );
		$files = new \RecursiveIteratorIterator( new \RecursiveDirectoryIterator( $this->folder, \FilesystemIterator::SKIP_DOTS ), \RecursiveIteratorIterator::CHILD_FIRST );
		foreach ( $files as $file ) {
			$file->isDir() ? rmdir( (string) $file ) : unlink( (string) $file );
		}
		rmdir( $this->folder );
	}
}
