//! One viewer: decodes the pictures it gets, acknowledges them, and sends acts and commands.

use std::time::Duration;

use cobrowse_wire::v1::pod_service_client::PodServiceClient;
use cobrowse_wire::v1::{self, client_message, command, event, guidance, input, server_message};
use openh264::decoder::Decoder;
use openh264::formats::YUVSource;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Status, Streaming};

use crate::pod::{PATIENCE, streaming};

/// Colours as luma, blue and red difference in BT.709 of limited range.
pub(crate) type Colour = [u8; 3];
pub(crate) const RED: Colour = [63, 102, 240];
pub(crate) const GREEN: Colour = [173, 42, 26];
pub(crate) const BLUE: Colour = [32, 240, 118];
/// How far a coded colour may be off.
const TOLERANCE: u8 = 12;

/// A decoded picture.
#[derive(Debug, Default)]
struct Shown {
    width: usize,
    planes: [Vec<u8>; 3],
    strides: [usize; 3],
}

pub(crate) struct Viewer {
    up: mpsc::Sender<v1::PodServiceAttachRequest>,
    down: Streaming<v1::PodServiceAttachResponse>,
    decoder: Decoder,
    shown: Shown,
    /// The newest JPEG picture, as it came.
    jpeg: Vec<u8>,
    inputs: u64,
    commands: u32,
    /// Everything that came but the pictures, as text.
    heard: String,
    /// Pictures that came, and how many of them were patches.
    pictures: u32,
    pub(crate) patches: u32,
}

impl Viewer {
    pub(crate) async fn open(
        client: PodServiceClient<Channel>,
        participant: v1::Participant,
        codec: v1::Codec,
    ) -> Result<Self, Status> {
        Self::open_with(client, participant, codec, v1::Attach::default()).await
    }

    /// Opens with further wishes.
    pub(crate) async fn open_with(
        mut client: PodServiceClient<Channel>,
        participant: v1::Participant,
        codec: v1::Codec,
        wishes: v1::Attach,
    ) -> Result<Self, Status> {
        let (up, messages) = mpsc::channel(64);
        let participant = Some(participant);
        let codecs = if wishes.codecs.is_empty() { vec![codec.into()] } else { wishes.codecs.clone() };
        let attach = v1::Attach { protocol_version: 1, participant, codecs, ..wishes };
        let body = Some(client_message::Body::Attach(attach));
        let first = v1::PodServiceAttachRequest { message: Some(v1::ClientMessage { body }) };
        up.send(first).await.expect("open");
        let down = client.attach(streaming(ReceiverStream::new(messages))).await?.into_inner();
        let decoder = Decoder::new().expect("a decoder");
        let mut viewer = Self {
            up,
            down,
            decoder,
            shown: Shown::default(),
            jpeg: Vec::new(),
            inputs: 0,
            commands: 0,
            heard: String::new(),
            pictures: 0,
            patches: 0,
        };
        viewer.wait(|body| matches!(body, server_message::Body::Attached(_)).then_some(())).await;
        Ok(viewer)
    }

    pub(crate) async fn send(&self, body: client_message::Body) {
        let message = Some(v1::ClientMessage { body: Some(body) });
        self.up.send(v1::PodServiceAttachRequest { message }).await.expect("open");
    }

    /// The next message that is wanted; pictures on the way are decoded and acknowledged.
    pub(crate) async fn wait<T>(&mut self, mut wanted: impl FnMut(&server_message::Body) -> Option<T>) -> T {
        let found = async {
            loop {
                let body = self.next().await.expect("more");
                if let Some(found) = wanted(&body) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("it came in time")
    }

    async fn next(&mut self) -> Option<server_message::Body> {
        let message = self.down.message().await.expect("a stream");
        let body = message?.message.and_then(|message| message.body).expect("a body");
        if let server_message::Body::Event(v1::Event { seq, body: Some(event::Body::Picture(picture)), .. }) = &body {
            self.pictures += 1;
            self.show(picture);
            self.acknowledge(*seq).await;
        } else {
            self.heard.push_str(&format!("{body:?}"));
        }
        Some(body)
    }

    /// Nobody may take it any more: the stream may have ended behind the picture.
    async fn acknowledge(&self, seq: u64) {
        let body = Some(client_message::Body::Ack(v1::Ack { seq, decode_us: 1 }));
        let message = Some(v1::ClientMessage { body });
        let _ = self.up.send(v1::PodServiceAttachRequest { message }).await;
    }

    fn show(&mut self, picture: &v1::Picture) {
        if picture.codec() == v1::Codec::Jpeg {
            self.jpeg = picture.data.to_vec();
            return;
        }
        if picture.codec() == v1::Codec::Patch {
            self.patches += 1;
            return self.shown.lay_over(picture);
        }
        let decoded = self.decoder.decode(&picture.data).expect("decodable").expect("a picture");
        assert_eq!(decoded.dimensions(), (picture.width as usize, picture.height as usize));
        let (y, u, v) = decoded.strides();
        let planes = [decoded.y().to_vec(), decoded.u().to_vec(), decoded.v().to_vec()];
        self.shown = Shown { width: picture.width as usize, planes, strides: [y, u, v] };
    }

    /// Whether a notice of this kind, or anything else by this name, came so far.
    pub(crate) fn was_told(&self, code: &str) -> bool {
        self.heard.contains(code)
    }

    /// Waits until this pixel has this colour.
    pub(crate) async fn wait_for_colour(&mut self, at: (usize, usize), colour: Colour) {
        let found = async {
            while !self.shown.has(at, colour) {
                self.next().await.expect("more");
            }
        };
        let found = tokio::time::timeout(PATIENCE, found).await;
        let (seen, pictures) = (self.shown.colour(at), self.pictures);
        assert!(found.is_ok(), "{at:?} is {seen:?} after {pictures} pictures, not {colour:?}; told: {}", self.heard);
    }

    /// The colour in the middle of the next picture.
    pub(crate) async fn wait_for_next_picture(&mut self) -> Option<Colour> {
        let before = self.pictures;
        let found = async {
            while self.pictures == before {
                self.next().await.expect("more");
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("a picture in time");
        let known = [RED, GREEN, BLUE];
        known.into_iter().find(|colour| self.shown.has((640, 360), *colour))
    }

    /// Waits for a JPEG picture other than this one.
    pub(crate) async fn wait_for_jpeg(&mut self, other_than: &[u8]) -> Vec<u8> {
        let found = async {
            while self.jpeg.is_empty() || self.jpeg == other_than {
                self.next().await.expect("more");
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("a JPEG picture in time");
        assert_eq!((&self.jpeg[..2], &self.jpeg[self.jpeg.len() - 2..]), (&[0xff, 0xd8][..], &[0xff, 0xd9][..]));
        self.jpeg.clone()
    }

    /// Takes pictures until the time passes in which one would be made.
    pub(crate) async fn until_still(&mut self) {
        for _ in 0..100 {
            if self.pictures_within(Duration::from_millis(700)).await == 0 {
                return;
            }
        }
        panic!("pictures never end");
    }

    /// Fails when a picture comes within the time in which one would be made.
    pub(crate) async fn expect_no_picture(&mut self) {
        let picture = async {
            loop {
                let body = self.next().await.expect("more");
                if matches!(&body, server_message::Body::Event(event) if matches!(event.body, Some(event::Body::Picture(_))))
                {
                    return;
                }
            }
        };
        assert!(tokio::time::timeout(Duration::from_millis(700), picture).await.is_err(), "a picture came");
    }

    /// Takes what comes for so long; how many pictures that were.
    pub(crate) async fn pictures_within(&mut self, time: Duration) -> u32 {
        let before = self.pictures;
        let take = async {
            loop {
                self.next().await.expect("more");
            }
        };
        let _ = tokio::time::timeout(time, take).await;
        self.pictures - before
    }

    /// How many pictures came, patches among them.
    pub(crate) fn pictures(&self) -> u32 {
        self.pictures
    }

    /// Whether anything that came, pictures apart, holds this text.
    pub(crate) fn heard(&self, text: &str) -> bool {
        self.heard.contains(text)
    }

    /// Everything that came but the pictures, as text.
    pub(crate) fn heard_all(&self) -> &str {
        &self.heard
    }

    /// Bytes that came, pictures apart.
    pub(crate) fn bytes(&self) -> usize {
        self.heard.len()
    }

    /// The address that was told last.
    pub(crate) fn address(&self) -> String {
        let last = self.heard.rsplit("Navigation { url: \"").next().unwrap_or_default();
        last.split('"').next().unwrap_or_default().to_owned()
    }

    /// Whether the picture is blue at all of some points over the whole page.
    pub(crate) fn is_plain_blue(&self) -> bool {
        let mut points = (0..16).flat_map(|x| (0..9).map(move |y| (20 + x * 82, 20 + y * 85)));
        points.all(|at| self.shown.has(at, BLUE))
    }

    /// The next fact that is wanted.
    pub(crate) async fn fact<T>(&mut self, mut wanted: impl FnMut(&event::Body) -> Option<T>) -> T {
        self.wait(|body| match body {
            server_message::Body::Event(event) => event.body.as_ref().and_then(&mut wanted),
            _ => None,
        })
        .await
    }

    async fn act(&mut self, body: input::Body) {
        self.inputs += 1;
        self.send(client_message::Body::Input(v1::Input { seq: self.inputs, body: Some(body) })).await;
    }

    pub(crate) async fn click(&mut self, (x, y): (f32, f32)) {
        let at = Some(v1::Point { x, y });
        self.act(input::Body::Move(v1::PointerMove { at })).await;
        for down in [true, false] {
            self.act(input::Body::Button(v1::PointerButton { at, button: 0, down })).await;
        }
    }

    pub(crate) async fn key(&mut self, code: &str, key: &str) {
        for down in [true, false] {
            let key = v1::Key { code: code.into(), key: key.into(), down, modifiers: 0 };
            self.act(input::Body::Key(key)).await;
        }
    }

    pub(crate) async fn digits(&mut self, digits: &str) {
        for digit in digits.chars() {
            self.key(&format!("Digit{digit}"), &digit.to_string()).await;
        }
    }

    pub(crate) async fn guide(&self, body: guidance::Body) {
        self.send(client_message::Body::Guidance(v1::Guidance { participant_id: String::new(), body: Some(body) }))
            .await;
    }

    pub(crate) async fn send_command(&mut self, body: command::Body) -> u32 {
        self.commands += 1;
        let command = v1::Command { id: self.commands, body: Some(body) };
        self.send(client_message::Body::Command(command)).await;
        self.commands
    }

    pub(crate) async fn command(&mut self, body: command::Body) -> v1::CommandResult {
        let id = self.send_command(body).await;
        self.wait(|body| match body {
            server_message::Body::Result(result) if result.id == id => Some(result.clone()),
            _ => None,
        })
        .await
    }

    /// The last message, after which the stream ends.
    pub(crate) async fn closed(&mut self) -> v1::Closed {
        let closed = self.wait(|body| match body {
            server_message::Body::Closed(closed) => Some(closed.clone()),
            _ => None,
        });
        let closed = closed.await;
        assert!(self.next().await.is_none(), "something followed Closed");
        closed
    }
}

impl Shown {
    /// Draws a patch.
    fn lay_over(&mut self, picture: &v1::Picture) {
        let area = picture.area.expect("a patch has its area");
        let rows = miniz_oxide::inflate::decompress_to_vec_zlib(&picture.data).expect("zlib");
        let mut rows = rows.as_slice();
        for (index, (plane, stride)) in self.planes.iter_mut().zip(self.strides).enumerate() {
            let part = |value: u32| value as usize / if index == 0 { 1 } else { 2 };
            for y in part(area.y)..part(area.y + area.height) {
                let (row, rest) = rows.split_at(part(area.width));
                plane[y * stride + part(area.x)..][..row.len()].copy_from_slice(row);
                rows = rest;
            }
        }
        assert!(rows.is_empty(), "a patch has more than its area");
    }

    fn colour(&self, (x, y): (usize, usize)) -> Option<Colour> {
        let [luma, cb, cr] = self.strides;
        let at = [y * luma + x, y / 2 * cb + x / 2, y / 2 * cr + x / 2];
        let mut colour = [0; 3];
        for (plane, (value, at)) in self.planes.iter().zip(colour.iter_mut().zip(at)) {
            *value = *plane.get(at).filter(|_| x < self.width)?;
        }
        Some(colour)
    }

    fn has(&self, at: (usize, usize), colour: Colour) -> bool {
        let seen = self.colour(at);
        seen.is_some_and(|seen| seen.iter().zip(colour).all(|(seen, wanted)| seen.abs_diff(wanted) <= TOLERANCE))
    }
}
