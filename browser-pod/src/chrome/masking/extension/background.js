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
