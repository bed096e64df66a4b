//! Ways out of a page: other schemes, Chrome's own pages, extensions, workers that answer for the website.

use crate::people::{People, trap};
use crate::site::Page;

#[tokio::test(flavor = "multi_thread")]
async fn no_other_scheme_opens_by_any_way_that_a_page_has() {
    let tries = "const all = ['file:///etc/passwd', 'chrome://version/', 'chrome-untrusted://print/', 'devtools://devtools/bundled/inspector.html',
        'view-source:' + location.href, 'chrome-extension://mhjfbmdgcfjbbpaeojofohoefgiehjai/index.html', 'ftp://127.0.0.1/', 'zoommtg:join'];
      let out = '';
      for (const url of all) {
        const frame = document.createElement('iframe'); frame.src = url; document.body.append(frame);
        const read = await fetch(url).then((answer) => answer.text(), () => ''); if (read !== '') out += url;
        const loaded = await import(url).then(() => true, () => false); if (loaded) out += url;
      }
      document.title = 'tried ' + out";
    let mut people = People::on(&[("/tries", trap(tries))]).await;
    assert_eq!(people.fall_into("/tries", "tried").await, "tried");
    let url = people.end_user.address();
    assert!(url.starts_with(&people.site.url("shop", "/tries")), "{url}");
    people.are_in_charge().await;
    people.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_service_worker_answers_for_the_website() {
    // What one answers comes by no request, so nobody could look at it before it is seen.
    let register = "const windows = [window], frame = (more) => { const one = Object.assign(document.createElement('iframe'), more);
        document.body.append(one); windows.push(one.contentWindow) };
      frame({}); frame({ srcdoc: '<p>' }); frame({ src: '/small' }); windows.push(open('about:blank'));
      await new Promise((done) => (frames[2].frameElement.onload = done));
      const found = await Promise.all(windows.map(async (one) => {
        if ('serviceWorker' in one.navigator) return 'there';
        const container = one.ServiceWorkerContainer?.prototype;
        return container?.register.call(container, '/worker.js').then(() => 'registered', (error) => error.name) }));
      windows.at(-1).close(); document.title = 'found ' + found.join()";
    let worker = Page::Kind("text/javascript", b"onfetch = () => {}".to_vec());
    let mut people = People::on(&[("/register", trap(register)), ("/worker.js", worker)]).await;
    let found = people.fall_into("/register", "found ").await;
    assert_eq!(found, format!("found {}", ["SecurityError"; 5].join(",")));
    assert!(!people.site.asked("shop").iter().any(|path| path == "/worker.js"));
    people.are_in_charge().await;
    people.end().await;
}
