//! A server in Jupyter's place, in a process of its own: a small TCP program that does what the first line of a connection
//! says. The program finds it by a runtime file, as it finds any Jupyter.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::support::Home;

/// The word that makes this program the server. Its "jupyter" makes a process believable.
const WORD: &str = "jupyter-stand-in";

/// The server's process. Dropping it ends it.
pub struct StandIn {
    process: Child,
    pub port: u16,
}

impl StandIn {
    /// Starts it, with its runtime file in this home.
    pub fn start(home: &Home) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg(WORD)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let (port, pid) = (line.trim().parse().unwrap(), process.id());
        home.write(
            &format!(".local/share/jupyter/runtime/jpserver-{pid}.json"),
            &format!(
                r#"{{"pid": {pid}, "port": {port}, "token": "benchmark", "base_url": "/", "version": "2.0.0",
                "url": "http://localhost:{port}/", "hostname": "localhost", "root_dir": "/", "secure": false}}"#
            ),
        );
        Self { process, port }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves without end, if this process is the server.
pub fn serve_if_asked() {
    if !std::env::args().any(|word| word == WORD) {
        return;
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    for stream in listener.incoming().map_while(Result::ok) {
        // Another end goes away as it likes.
        thread::spawn(move || serve(&stream));
    }
}

fn serve(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut input = BufReader::with_capacity(256 << 10, stream);
    let mut line = String::new();
    input.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (order, size) = (words.next(), words.next());
    let size = size.and_then(|size| size.parse().ok()).unwrap_or_default();
    match order.unwrap_or_default() {
        "GET" => answer(&mut input, stream),
        "echo" => echo(input, stream),
        "key" => four(input, stream),
        "down" => send(stream, size),
        "up" => {
            let mut rest = input.take(size);
            std::io::copy(&mut rest, &mut std::io::sink())?;
            (&mut &*stream).write_all(b"k")
        }
        _ => Ok(()),
    }?;
    stream.shutdown(Shutdown::Write)
}

/// To the program's own questions.
fn answer(input: &mut impl BufRead, mut stream: &TcpStream) -> std::io::Result<()> {
    let mut line = String::new();
    while input.read_line(&mut line)? > 2 {
        line.clear();
    }
    stream.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]",
    )
}

fn echo(mut input: impl Read, mut stream: &TcpStream) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let size = input.read(&mut buffer)?;
        if size == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..size])?;
    }
}

/// As a kernel does: four small messages for each one.
fn four(input: impl Read, mut stream: &TcpStream) -> std::io::Result<()> {
    for byte in BufReader::new(input).bytes() {
        let message = [byte?; 80];
        for _ in 0..4 {
            stream.write_all(&message)?;
        }
    }
    Ok(())
}

fn send(mut stream: &TcpStream, mut size: u64) -> std::io::Result<()> {
    let buffer: Vec<u8> = (0..=255).cycle().take(256 << 10).collect();
    while size > 0 {
        let part = usize::try_from(size).unwrap().min(buffer.len());
        stream.write_all(&buffer[..part])?;
        size -= part as u64;
    }
    Ok(())
}
