// data-autosubmit on a select or radio: a change sends its form. Its button, hidden here, is there for those without script.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit()
})
document.documentElement.classList.add("has-script")
