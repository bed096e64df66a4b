//! A website on loopback: a table of pages, and a list of what was asked for. Every name below .localhost reaches it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What a page answers.
#[derive(Clone)]
pub(crate) enum Page {
    Html(&'static str),
    Redirect(&'static str),
    File(&'static str, Vec<u8>),
    /// A document of another kind than HTML.
    Kind(&'static str, Vec<u8>),
    /// Asks for a name and a password.
    Auth,
    /// Takes the question and never answers.
    Silent,
}

pub(crate) struct Site {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// Serves these paths. In texts, `PORT` becomes the port.
    pub(crate) fn start(pages: &[(&'static str, Page)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (pages, log) = (pages.to_vec(), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (pages, log) = (pages.clone(), Arc::clone(&log));
                std::thread::spawn(move || answer(stream, &pages, &log, port));
            }
        });
        Self { port, asked }
    }

    /// The address of a path under a name below .localhost.
    pub(crate) fn url(&self, name: &str, path: &str) -> String {
        format!("http://{name}.localhost:{}{path}", self.port)
    }

    pub(crate) fn host(&self, name: &str) -> String {
        format!("{name}.localhost:{}", self.port)
    }

    /// Requests that arrived for a name: the paths.
    pub(crate) fn asked(&self, name: &str) -> Vec<String> {
        let start = format!("{name}.localhost:{} ", self.port);
        let asked = self.asked.lock().expect("no panic while held");
        asked.iter().filter_map(|one| one.strip_prefix(&start).map(str::to_owned)).collect()
    }
}

fn answer(stream: TcpStream, pages: &[(&'static str, Page)], log: &Mutex<Vec<String>>, port: u16) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let first = lines.next()?.ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut host = String::new();
    for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("host")
        {
            value.clone_into(&mut host);
        }
    }
    log.lock().expect("no panic while held").push(format!("{host} {path}"));
    let bare = path.split('?').next()?;
    let found = pages.iter().find(|(known, _)| *known == bare).map(|(_, page)| page.clone());
    let port = port.to_string();
    let (head, body) = match found {
        Some(Page::Silent) => {
            // Until the other side gives up.
            let _ = std::io::copy(&mut &stream, &mut std::io::sink());
            return None;
        }
        Some(Page::Kind(kind, bytes)) => (format!("200 OK\r\nContent-Type: {kind}"), bytes),
        Some(Page::Auth) => (
            "401 Unauthorized\r\nContent-Type: text/html\r\nWWW-Authenticate: Basic realm=\"x\"".to_owned(),
            b"<title>closed</title>sign in".to_vec(),
        ),
        None => ("404 Not Found\r\nContent-Type: text/html".to_owned(), b"no such page".to_vec()),
        Some(Page::Html(text)) => {
            let text = format!("<!doctype html><meta charset=utf-8>{}", text.replace("PORT", &port));
            ("200 OK\r\nContent-Type: text/html".to_owned(), text.into_bytes())
        }
        Some(Page::Redirect(to)) => (format!("302 Found\r\nLocation: {}", to.replace("PORT", &port)), Vec::new()),
        Some(Page::File(name, bytes)) => {
            let kind = "application/octet-stream";
            (format!("200 OK\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename=\"{name}\""), bytes)
        }
    };
    let mut stream = stream;
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).ok()
}
