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

// --- Web Push: what the bell tells, while no page is open (docs/operations/push.md) ---

// Safari takes the permission away from whoever is told something and shows nothing three times.
const MUST_SHOW = /AppleWebKit(?!.*Chrome)/.test(navigator.userAgent)
const PATIENCE_MS = 500

self.addEventListener("push", (event) => event.waitUntil(tell(event.data.json())))

async function tell(notice) {
  const pages = await self.clients.matchAll({ type: "window" })
  const page = pages.find((it) => it.focused)
  if (page && !MUST_SHOW && (await takes(page, notice))) return
  // The latest of a ticket takes the place of what was told of it before; what is told twice makes no noise again.
  const tag = notice.ticket ? `ticket-${notice.ticket}` : `notice-${notice.id}`
  const shown = await self.registration.getNotifications({ tag })
  const renotify = !shown.some((it) => it.data?.id === notice.id)
  await self.registration.showNotification(notice.text, { body: notice.subject, tag, renotify, data: notice, icon: "/static/icons/app-192.png" })
}

// Whoever looks at the desk is told by the page that he has before him, or sees it happen there.
const takes = (page, notice) => new Promise((answer) => {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => answer(true)
  page.postMessage({ notice }, [port2])
  setTimeout(answer, PATIENCE_MS, false)
})

self.addEventListener("notificationclick", (event) => {
  event.notification.close()
  event.waitUntil(lead(event.notification.data.url))
})

async function lead(url) {
  const pages = await self.clients.matchAll({ type: "window" })
  const page = pages.find((it) => it.visibilityState === "visible") ?? pages[0]
  if (!page) return self.clients.openWindow(url)
  await page.focus().catch(() => {}) // Not every system lets itself be led; the page goes there all the same.
  return page.navigate(url)
}

self.addEventListener("message", ({ data, ports }) => {
  if (data === "subscribe") subscribe().then(() => "", (failure) => failure.message || failure.name).then((said) => ports[0].postMessage(said))
})
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribe(event.oldSubscription?.endpoint)))

async function subscribe(replaces = "") {
  const answer = await fetch("/notices/browsers/key")
  if (!answer.ok || answer.redirected) throw new Error(`HTTP ${answer.status}`)
  const { key, token } = await answer.json()
  const subscription = await subscribed({ userVisibleOnly: true, applicationServerKey: key })
  const { endpoint, keys } = subscription.toJSON()
  const body = new URLSearchParams({ csrfmiddlewaretoken: token, endpoint, p256dh: keys.p256dh, auth: keys.auth, replaces })
  const kept = await fetch("/notices/browsers", { method: "POST", body })
  if (!kept.ok) throw new Error((await kept.json().catch(() => ({}))).said ?? `HTTP ${kept.status}`)
}

async function subscribed(options) {
  const { pushManager } = self.registration
  try {
    return await pushManager.subscribe(options)
  } catch (failure) {
    if (failure.name !== "InvalidStateError") throw failure
    await (await pushManager.getSubscription()).unsubscribe() // Made for another key: the desk's has changed since.
    return pushManager.subscribe(options)
  }
}
