//! The core as a program: PHP starts it, writes calls to its input and reads answers from its output. With
//! `--listen SOCKET` it stays, and serves every PHP that connects to that Unix socket.

use rollbook::engine::Engine;
use rollbook::panics;
use std::io::{BufReader, BufWriter, stdin, stdout};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::ExitCode;
use std::{env, fs, io, thread};

fn main() -> ExitCode {
    panics::hush();
    let arguments: Vec<String> = env::args().skip(1).collect();
    let served = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Engine::default().serve(stdin().lock(), BufWriter::new(stdout().lock())),
        ["--version"] => return say(env!("CARGO_PKG_VERSION")),
        ["--listen", socket] => listen(socket),
        _ => return say("rollbook-engine [--listen SOCKET | --version]"),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _unheard = io::Write::write_all(&mut io::stderr(), format!("{error}\n").as_bytes());
            ExitCode::FAILURE
        }
    }
}

fn say(text: &str) -> ExitCode {
    match io::Write::write_all(&mut stdout(), format!("{text}\n").as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Serves each connection on a thread of its own.
fn listen(socket: &str) -> io::Result<()> {
    let listener = match UnixListener::bind(socket) {
        // One that a former engine has left stands in the way; one that answers is at work.
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && UnixStream::connect(socket).is_err() => {
            fs::remove_file(socket)?;
            UnixListener::bind(socket)
        }
        bound => bound,
    }?;
    for connection in listener.incoming() {
        let connection = connection?;
        let reading = connection.try_clone()?;
        thread::spawn(move || Engine::default().serve(BufReader::new(reading), BufWriter::new(connection)));
    }
    Ok(())
}
