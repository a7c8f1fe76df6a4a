// Notices as they come, by the stream or by the service worker: the count at the bell, a toast, and on the desktop where this browser
// cannot be told otherwise (browser.js).
const KEY = "sportello-desktop-notices"
const isWanted = () => localStorage.getItem(KEY) === "yes" && window.Notification?.permission === "granted"
const heard = new Set()

document.addEventListener("live:notice", ({ detail }) => hear(detail))

// The worker asks whether this page tells it: then nothing else does.
navigator.serviceWorker?.addEventListener("message", ({ data, ports: [asked] }) => {
  if (!data?.notice || !document.querySelector("template[data-toast]")) return
  asked?.postMessage(true)
  hear(data.notice)
})

function hear({ id, text, subject, ticket, url, unread }) {
  if (unread !== undefined) for (const count of document.querySelectorAll("[data-notices]")) count.textContent = unread
  if (heard.has(id)) return
  heard.add(id)
  const isHere = document.querySelector("[data-ticket]")?.dataset.ticket === String(ticket)
  if (document.visibilityState !== "visible") {
    // The same tag in each tab: the desktop shows it once.
    if (isWanted()) new Notification(text, { body: subject, tag: `notice-${id}` }).onclick = () => { window.focus(); location.assign(url) }
  } else if (!isHere) show(subject ? `${text}: ${subject}` : text, url)
}

function show(text, url) {
  const toast = document.querySelector("template[data-toast]").content.firstElementChild.cloneNode(true)
  const link = toast.querySelector("a")
  Object.assign(link, { textContent: text, href: url })
  let toasts = document.querySelector(".toasts")
  if (!toasts) {
    toasts = Object.assign(document.createElement("div"), { className: "toasts" })
    document.querySelector(".shell").append(toasts)
  }
  toasts.append(toast)
  const leave = () => toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove()
  setTimeout(leave, 8000)
}
