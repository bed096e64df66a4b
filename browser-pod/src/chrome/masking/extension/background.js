// Gives a document the sheets with user origin. A manifest cannot: what it names has author origin, which pages can beat.
// The document asks as it begins, and shows nothing before it has them.

chrome.runtime.onMessage.addListener((_message, { tab, documentId }, answer) => {
  const target = { tabId: tab.id, documentIds: [documentId] };
  chrome.scripting.insertCSS({ target, files: ["mask.css", "tenant.css"], origin: "USER" }).then(
    () => answer(true),
    (error) => answer(String(error)),
  );
  // The answer comes later.
  return true;
});

// Chrome ends a worker that did nothing for 30 s, and the next document would wait for its start. A call of the browser counts as doing
// something. Staying attached to it by DevTools would keep it, too; but then a document in a frame is not answered now and then.
setInterval(() => chrome.runtime.getPlatformInfo(), 20_000);
