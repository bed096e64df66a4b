//! Two people before one pod, and what they must be able to do whatever its page does.

use crate::pod::{AGENT, END_USER, Pod};
use crate::processes::{chrome, wait_until_gone};
use crate::site::{Page, Site};
use crate::viewer::{BLUE, GREEN, RED, Viewer};
use cobrowse_wire::v1::{self, command, event, navigate_command, server_message};
use std::time::{Duration, Instant};

/// The design's bar for an agent's blank picture.
const BAR: Duration = Duration::from_millis(200);
/// Within this a page is left, also one that hangs: it is given 4 s.
const LEFT: Duration = Duration::from_secs(15);
/// How long a flood is let run.
const A_WHILE: Duration = Duration::from_secs(2);
/// Bytes that a page may have told in that time: of copied texts a few pass, each of up to 256 KiB, twice.
const TOLD: usize = 8 << 20;
/// Processes of Chrome at most, with a page that wants hundreds.
const PROCESSES: usize = 80;
pub(crate) const MIDDLE: (usize, usize) = (640, 360);

pub(crate) struct People {
    pub(crate) pod: Pod,
    pub(crate) site: Site,
    pub(crate) end_user: Viewer,
    pub(crate) agent: Viewer,
}

/// A blue page that does this once it is clicked.
pub(crate) fn trap(script: &str) -> Page {
    let page = format!(
        "<title>trap</title><body style='margin:0;height:100vh;background:#00f'>\
         <script>onmousedown = async () => {{ onmousedown = null; {script} }}</script>"
    );
    Page::Html(Box::leak(page.into_boxed_str()))
}

fn to(url: &str) -> command::Body {
    command::Body::Navigate(v1::NavigateCommand { to: Some(navigate_command::To::Url(url.to_owned())) })
}

impl People {
    /// Both see the home page of a site that has these pages besides.
    pub(crate) async fn on(pages: &[(&'static str, Page)]) -> Self {
        let plain = |title: &str, colour: &str| {
            let page = format!("<title>{title}</title><body style='margin:0;height:100vh;background:{colour}'>");
            Page::Html(Box::leak(page.into_boxed_str()))
        };
        let own =
            [("/", plain("home", "#f00")), ("/green", plain("green", "#0f0")), ("/small", Page::Html("<p>small"))];
        let site = Site::start(&[&own[..], pages].concat());
        let mut pod = Pod::start().await;
        pod.bind(&[site.host("shop")]).await;
        let mut end_user = pod.attach(END_USER, v1::Codec::H264).await;
        pod.open(&site.url("shop", "/")).await.expect("a first picture");
        pod.admit(AGENT).await.expect("admitted");
        let mut agent = pod.attach(AGENT, v1::Codec::H264).await;
        for viewer in [&mut end_user, &mut agent] {
            viewer.wait_for_colour(MIDDLE, RED).await;
        }
        Self { pod, site, end_user, agent }
    }

    /// The end user opens a trap and clicks into it.
    pub(crate) async fn click_into(&mut self, path: &str) {
        self.open(path).await;
        self.end_user.wait_for_colour(MIDDLE, BLUE).await;
        self.end_user.click((600.0, 300.0)).await;
    }

    /// The same, until the page's title begins like this; the whole title.
    pub(crate) async fn fall_into(&mut self, path: &str, title: &str) -> String {
        self.click_into(path).await;
        self.titled(title).await
    }

    pub(crate) async fn open(&mut self, path: &str) {
        let done = self.end_user.command(to(&self.site.url("shop", path))).await;
        assert!(done.ok, "{path}: {}", done.reason);
    }

    /// Waits until the page's title begins like this; the whole title.
    pub(crate) async fn titled(&mut self, start: &str) -> String {
        let titled = |body: &event::Body| match body {
            event::Body::Navigation(now) if now.title.starts_with(start) => Some(now.title.clone()),
            _ => None,
        };
        self.end_user.fact(titled).await
    }

    /// Both were told this.
    pub(crate) async fn told(&mut self, code: &str) {
        for viewer in [&mut self.end_user, &mut self.agent] {
            let told = |body: &event::Body| matches!(body, event::Body::Notice(notice) if notice.code == code);
            viewer.fact(|body| told(body).then_some(())).await;
        }
    }

    /// The end user stops, and the agent sees nothing in time; they go on.
    pub(crate) async fn stop(&mut self) {
        let pressed = Instant::now();
        self.end_user.send_command(command::Body::Pause(v1::PauseCommand {})).await;
        self.agent.wait(|body| matches!(body, server_message::Body::Blank(_)).then_some(())).await;
        let took = pressed.elapsed();
        println!("Stop took {took:?}");
        assert!(took < BAR, "Stop took {took:?}");
        assert!(self.end_user.command(command::Body::Resume(v1::ResumeCommand {})).await.ok);
    }

    /// The same, and then the agent leads both to another page.
    pub(crate) async fn are_in_charge(&mut self) {
        self.stop().await;
        let asked = Instant::now();
        let left = self.agent.command(to(&self.site.url("shop", "/green"))).await;
        assert!(left.ok, "{}", left.reason);
        for viewer in [&mut self.end_user, &mut self.agent] {
            viewer.wait_for_colour(MIDDLE, GREEN).await;
        }
        println!("leaving took {:?}", asked.elapsed());
        assert!(asked.elapsed() < LEFT, "leaving took {:?}", asked.elapsed());
    }

    /// The end user falls into a trap that keeps all of Chrome busy, for a while; they stop, and end.
    pub(crate) async fn fall_stop_and_end(script: &str, title: &str) {
        let mut people = Self::on(&[("/trap", trap(script))]).await;
        people.fall_into("/trap", title).await;
        let before = people.end_user.bytes();
        people.end_user.pictures_within(A_WHILE).await;
        let told = people.end_user.bytes() - before;
        println!("{title}: {told} bytes told in {A_WHILE:?}, {} processes", chrome(&people.pod.processes()).len());
        assert!(told < TOLD, "{title}: {told} bytes in {A_WHILE:?}");
        assert!(chrome(&people.pod.processes()).len() < PROCESSES, "{title}");
        people.stop().await;
        people.end().await;
    }

    /// One of them ends the session: both are told, and nothing stays.
    pub(crate) async fn end(mut self) {
        let all = self.pod.processes();
        assert!(self.end_user.command(command::Body::End(v1::EndCommand {})).await.ok);
        for viewer in [&mut self.end_user, &mut self.agent] {
            assert_eq!(viewer.closed().await.reason, "Ended");
        }
        self.pod.ended("END_REASON_END_USER").await;
        wait_until_gone(&all).await;
    }
}
