({
  // Everything the phone keeps, as text: what stands in the clear would be found here.
  kept: async () => {
    const database = await new Promise((done) => {
      const request = indexedDB.open("shouwang-phone");
      request.onsuccess = () => done(request.result);
    });
    const text = [];
    for (const name of database.objectStoreNames) {
      const rows = await new Promise((done) => {
        const request = database.transaction(name).objectStore(name).getAll();
        request.onsuccess = () => done(request.result);
      });
      for (const value of rows.flatMap((row) => [row, ...Object.values(Object(row))])) {
        if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) text.push(new TextDecoder().decode(value));
        else if (value instanceof CryptoKey) text.push(`key extractable=${value.extractable}`);
        else text.push(JSON.stringify(value));
      }
    }
    database.close();
    return [...text, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })].join("\n");
  },
  // The bytes of every file that the phone's own worker keeps.
  sizes: async () => {
    const [name] = (await caches.keys()).filter((each) => each.startsWith("phone-"));
    const store = await caches.open(name);
    const found = {};
    for (const request of await store.keys()) {
      const answer = await store.match(request);
      found[new URL(request.url).pathname] = (await answer.arrayBuffer()).byteLength;
    }
    return found;
  },
  // What a thumb would miss.
  low: () => {
    const targets = "button, .button, summary, .choice, textarea, input:not([type=radio]):not(.hidden)";
    return [...document.querySelectorAll(targets)]
      .filter((each) => each.offsetParent && each.getBoundingClientRect().height < 47.5)
      .map((each) => each.textContent || each.id);
  },
  controlled: async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller) await new Promise((done) => setTimeout(done, 50));
    return true;
  },
})
