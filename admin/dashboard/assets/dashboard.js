// The comfort of the pages: relative times, copying, and the announcement of
// news. Everything else works without this script.
"use strict";

const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

function roughly(seconds) {
  const limits = { d: 2 * 86400, h: 3600, min: 60, s: 0 };
  const [unit, size] = units.find(([name]) => seconds >= limits[name]);
  return Math.floor(seconds / size) + " " + unit;
}

// Times keep the text of the server beyond 30 days.
function updateTimes() {
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const ago = (Date.now() - Date.parse(element.dateTime)) / 1000;
    if (ago > 30 * 86400) continue;
    element.textContent = ago < -1 ? "in " + roughly(-ago) : ago < 1 ? "now" : roughly(ago) + " ago";
  }
}

function announce(text) {
  let region = document.getElementById("announcement");
  if (!region) {
    region = document.createElement("p");
    region.id = "announcement";
    region.className = "only-read";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = text;
}

function setUpCopying() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      const title = button.textContent;
      try {
        await navigator.clipboard.writeText(source.value ?? source.textContent);
        button.textContent = "Copied";
        announce("Copied.");
      } catch {
        button.textContent = "Not copied";
      }
      setTimeout(() => { button.textContent = title; }, 2000);
    });
  }
}

// showNews says what changed and offers to load the page again.
function showNews(place, text) {
  if (place.firstChild && place.firstChild.textContent === text) return;
  const link = document.createElement("a");
  link.href = location.pathname + location.search;
  link.textContent = text;
  place.replaceChildren(link);
}

function describeNews(news) {
  const run = document.getElementById("run");
  if (run && run.dataset.version) return news.version !== run.dataset.version ? "The run has changed. Show it as it is now" : "";
  if (!news.new) return "";
  const count = news.new + (news.more ? "+" : "");
  return count + (count === "1" ? " new run. Show it" : " new runs. Show them");
}

// A page that nobody looks at asks nothing. After an error, and where it counted as
// far as the server counts, it asks less often.
function setUpNews() {
  const place = document.querySelector("[data-live]");
  if (!place) return;
  const least = 5000, most = 60000;
  let pause = least;
  const poll = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(place.dataset.live, { headers: { Accept: "application/json" } });
        if (!answer.ok || answer.redirected) throw new Error(answer.status);
        const news = await answer.json();
        const text = describeNews(news);
        if (text) showNews(place, text);
        pause = news.more ? most : least;
      } catch {
        pause = Math.min(pause * 2, most);
      }
    }
    setTimeout(poll, pause);
  };
  setTimeout(poll, pause);
}

// A change of many runs continues by itself, in parts.
function setUpProgress() {
  const form = document.querySelector("form[data-continue]");
  if (form) setTimeout(() => form.requestSubmit(), 500);
}

updateTimes();
setInterval(updateTimes, 10000);
setUpCopying();
setUpNews();
setUpProgress();
