// The service worker: files with hashed names come from the browser's store; pages of the agents come from the desk, and where
// the desk cannot be reached, as they were when they were last open. What is sent (POST) never passes here.
const FILES = "files"
const PAGES = "pages"
const MOST_PAGES = 60
const OFFLINE = "/offline"
const KEPT = /^\/(tickets|people|organizations|notices)(\/|$)/

self.addEventListener("install", (event) => {
  self.skipWaiting()
  event.waitUntil(caches.open(FILES).then((cache) => cache.add(OFFLINE)))
})
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()))

self.addEventListener("fetch", (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== "GET" || url.origin !== location.origin) return
  if (url.pathname.startsWith("/static/")) event.respondWith(file(request))
  else if (request.mode === "navigate" || request.headers.has("X-Sportello-Frame")) event.respondWith(page(event, url))
})

async function file(request) {
  const cache = await caches.open(FILES)
  const kept = await cache.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok && !answer.redirected) await cache.put(request, answer.clone())
  return answer
}

async function page({ request }, url) {
  let answer
  try {
    answer = await fetch(request)
  } catch (failure) {
    return (await asItWas(url)) ?? (request.mode === "navigate" ? await caches.match(OFFLINE) : null) ?? Promise.reject(failure)
  }
  const isPage = answer.headers.get("content-type")?.startsWith("text/html")
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/sign-in")) await caches.delete(PAGES)
  else if (answer.ok && isPage && !answer.redirected && KEPT.test(url.pathname)) await keep(url, answer.clone())
  return answer
}

async function keep(url, answer) {
  const cache = await caches.open(PAGES)
  await cache.delete(url.href)
  await cache.put(url.href, answer)
  const all = await cache.keys()
  for (const old of all.slice(0, Math.max(0, all.length - MOST_PAGES))) await cache.delete(old)
}

// The page says itself from when it is: <html data-kept-at="…">.
async function asItWas(url) {
  const kept = await (await caches.open(PAGES)).match(url.href)
  if (!kept) return null
  const at = Date.parse(kept.headers.get("date") ?? "") || Date.now()
  const html = (await kept.text()).replace("<html ", `<html data-kept-at="${new Date(at).toISOString()}" `)
  return new Response(html, { headers: kept.headers })
}
