//! The origin: answers a first message with a byte, and each number with as many bytes.

use crate::Bytes;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// The host that the first message names.
pub(crate) const HOST: &str = "origin.localhost";
pub(crate) const HEARD: u8 = b'k';

pub(crate) struct Origin {
    pub(crate) address: SocketAddr,
}

impl Origin {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).expect("set");
                // A connection that ends has ended.
                tokio::spawn(serve(stream));
            }
        });
        Self { address }
    }
}

async fn serve(mut stream: tokio::net::TcpStream) -> std::io::Result<()> {
    stream.read_exact(&mut vec![0; hello().len()]).await?;
    stream.write_all(&[HEARD]).await?;
    let part = vec![0; 64 << 10];
    loop {
        let mut left = stream.read_u64().await?;
        while left > 0 {
            let now = usize::try_from(left).unwrap_or(usize::MAX).min(part.len());
            stream.write_all(&part[..now]).await?;
            left -= now as u64;
        }
    }
}

/// Has the origin send so many bytes, and takes them.
pub(crate) async fn take(stream: &mut Box<dyn Bytes>, bytes: u64) {
    stream.write_all(&bytes.to_be_bytes()).await.expect("written");
    let (mut left, mut part) = (bytes, vec![0; 64 << 10]);
    while left > 0 {
        let room = usize::try_from(left).unwrap_or(usize::MAX).min(part.len());
        let read = stream.read(&mut part[..room]).await.expect("bytes");
        assert!(read > 0, "the origin ended");
        left -= read as u64;
    }
}

/// The first message of TLS for the origin.
pub(crate) fn hello() -> Vec<u8> {
    let counted = |content: &[u8]| {
        let length = u16::try_from(content.len()).expect("short");
        [length.to_be_bytes().as_slice(), content].concat()
    };
    let list = counted(&[&[0], counted(HOST.as_bytes()).as_slice()].concat());
    let extensions = counted(&[[0, 0].as_slice(), &counted(&list)].concat());
    let body = [&[3, 3], [9; 32].as_slice(), &[0], &counted(&[0x13, 0x01]), &[1, 0], &extensions].concat();
    let [_, a, b, c] = u32::try_from(body.len()).expect("short").to_be_bytes();
    [&[22, 3, 1], counted(&[&[1, a, b, c], body.as_slice()].concat()).as_slice()].concat()
}
