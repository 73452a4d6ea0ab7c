// The conversation about one listing: what was said, a line to write in, and the steps of the handshake. Small on purpose, so
// that it shows what there is to do; `messages.js` has it all.

import { HandselApi } from "../handsel/src/api.js";
import { HandselSocket } from "../handsel/src/utils/websocket.js";
import { getToken, given } from "./token.js";

const { url, user_id: me } = given("handsel");
const about = given("about");
const part = (id) => document.getElementById(id);
const where = { url: new URL(url, document.baseURI), getToken };
const [socket, api] = [new HandselSocket(where), new HandselApi(where)];
/** By `seq`: what is read and what comes live may overlap. */
const entries = new Map();
let handshake = null;

const hours = (terms) => (typeof terms?.hours === "number" ? ` (${terms.hours} h)` : "");

function element(name, text, more = {}) {
  return Object.assign(document.createElement(name), { textContent: text, ...more });
}

/** Takes a frame of the timeline, in whatever order they come. */
function keep(frame) {
  const entry = frame.message ?? frame.handshake;
  if (!entry) return; // of a kind that this page does not show
  const { seq, sender, content, message, terms } = entry;
  const text = frame.type === "message" ? `${sender.full_name}: ${content}` : `— ${message}${hours(terms)}`;
  entries.set(seq, text);
  if (frame.type === "handshake" && seq >= (handshake?.version ?? 0)) handshake = frame.handshake;
  if (frame.message && sender.id !== me) socket.send(about.conversation, { type: "read", up_to: seq });
}

function show() {
  const inOrder = [...entries].sort(([one], [other]) => one - other);
  part("log").replaceChildren(...inOrder.map(([, text]) => element("li", text)));
  showSteps();
}

/** Which steps this user may take now, by the diagram in Handsel's docs/protocol.md. */
function steps() {
  const { status = "none", initiator_id: initiator, completed_by: completed = [] } = handshake ?? {};
  if (status === "pending") return initiator === me ? ["cancel"] : ["approve", "decline"];
  if (status === "approved") return completed.includes(me) ? ["cancel"] : ["complete", "cancel"];
  return ["start"];
}

function take(step) {
  part("said").textContent = "";
  const frame = { type: `handshake_${step}` };
  // Whoever starts says for how many hours; the other one sees it and approves that.
  if (step === "start") frame.terms = { hours: about.hours };
  else if (handshake) frame.version = handshake.version;
  try {
    socket.send(about.conversation, frame);
  } catch (error) {
    part("said").textContent = error.message;
  }
}

function showSteps() {
  const label = { start: "Shake hands", approve: "Agree", decline: "Decline", cancel: "Cancel", complete: "It is done" };
  const buttons = steps().map((step) => element("button", label[step], { type: "button", onclick: () => take(step) }));
  part("steps").replaceChildren(...buttons);
}

socket.addEventListener("hello", ({ detail }) => {
  // On an owner's short form: whom there is to talk to. On a conversation: who it is.
  const people = detail.hello.conversations.map(({ conversation, peer }) => {
    if (conversation === about.conversation) return element("span", `With ${peer?.full_name ?? "nobody yet"}`);
    return element("a", peer?.full_name ?? conversation, { href: `?with=${conversation.split(":")[1]}` });
  });
  part("people").replaceChildren(...people.flatMap((person) => [person, " "]));
  const isChosen = about.conversation !== about.listing;
  part("write").hidden = part("steps").hidden = !isChosen;
  if (isChosen && !detail.resumed) readNewest();
});

/** What was said before this page was opened; from there on the socket tells. */
async function readNewest() {
  try {
    (await api.timeline(about.conversation, { limit: 100 })).entries.forEach(keep);
    show();
  } catch (error) {
    part("said").textContent = error.message;
  }
}

for (const type of ["message", "handshake"]) {
  socket.addEventListener(type, ({ detail }) => {
    if (about.conversation === about.listing) return;
    if (!detail.repeat) keep({ type, [type]: detail[type] });
    else if (type === "handshake") handshake = detail.handshake; // the state, beside an error
    show();
  });
}

// The time bank did not agree: one's own step is answered by an error, the other's is told as well.
socket.addEventListener("error", ({ detail }) => (part("said").textContent = detail.message));
socket.addEventListener("refused", ({ detail }) => {
  if (detail.actor_id !== me) part("said").textContent = detail.message;
});

socket.addEventListener("status", ({ detail }) => {
  part("talk").dataset.state = detail.state;
  if (detail.state === "closed") part("said").textContent = `Not connected (${detail.reason || detail.code}).`;
});

part("write").addEventListener("submit", (event) => {
  event.preventDefault();
  part("said").textContent = "";
  socket.send(about.conversation, { type: "message", content: event.target.content.value });
  event.target.reset();
});

socket.connect(about.conversation);
