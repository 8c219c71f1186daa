// Opens the questions about warning signs while the numbers are tapped; the page works without it.
"use strict";

const form = document.querySelector("form.checkin");
const limit = (name) => Number(form.dataset[name]);

function told(name) {
  const chosen = form.querySelector(`input[name="${name}"]:checked`);
  return chosen ? Number(chosen.value) : null;
}

function callForIt(left, right) {
  if (Math.max(left ?? 0, right ?? 0) >= limit("worst")) return true;
  if (left === null || right === null || "ran" in form.dataset) return false;
  const isOneSided = Math.abs(left - right) >= limit("gap");
  return isOneSided && Math.max(left, right) >= limit("oneSided");
}

function openIfCalledFor() {
  if (callForIt(told("left"), told("right"))) form.querySelector("details.flags").open = true;
}

form.addEventListener("change", (event) => {
  if (["left", "right"].includes(event.target.name)) openIfCalledFor();
});
openIfCalledFor(); // a browser may fill in what stood here before
