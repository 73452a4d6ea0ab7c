// Every text that people read, for a site to translate. Knows nothing of where it is shown.

/**
 * The texts, in English. A function takes what varies.
 */
export const strings = {
  // The site around Messages
  site: "Handsel",
  tagline: "Talk about it. Shake hands on it.",
  navigation: "Main",
  offers: "Offers",
  needs: "Needs",
  messages: "Messages",
  unreadConversations: (/** @type {number} */ count) => (count === 1 ? "1 unread" : `${count} unread`),
  skipToContent: "Skip to content",
  logIn: "Log in",
  logOut: "Log out",
  logOutLoses: (/** @type {number} */ count) =>
    `${count === 1 ? "1 message waits" : `${count} messages wait`} to be sent and will be lost. Log out anyway?`,
  loggedInAs: (/** @type {string} */ name) => `Logged in as ${name}`,
  register: "Register",
  registerInstead: "New here? Register",
  logInInstead: "Already registered? Log in",
  username: "Username",
  usernameHint: "3 to 150 letters, digits and @ . + - _",
  password: "Password",
  passwordHint: "8 to 128 characters",
  firstName: "First name (optional)",
  lastName: "Last name (optional)",
  stayLoggedIn: "Stay logged in on this device for a day",
  logInElsewhere: "People log in at the site that this belongs to. Please do so there.",
  sessionEnded: "Your log-in has ended. Please log in again.",
  publishOffer: "Publish an offer",
  publishNeed: "Publish a need",
  title: "Title",
  description: "Description (optional)",
  publish: "Publish",
  cancelPublishing: "Back to the list",
  noOffers: "No offers yet. Publish the first one.",
  noNeeds: "No needs yet. Publish the first one.",
  more: "Show more",
  by: (/** @type {string} */ name) => `by ${name}`,
  yours: "Yours",
  closed: "Closed",
  writeTo: (/** @type {string} */ name) => `Write to ${name}`,
  closeListing: "Close",
  openListing: "Open again",
  notFound: "There is nothing here.",
  loading: "Loading …",
  tryAgain: "Try again",
  readAll: "Read all",
  readLess: "Read less",
  rateLimitedFor: (/** @type {number} */ seconds) =>
    seconds === 1 ? "That was too often. Try again in 1 second." : `That was too often. Try again in ${seconds} seconds.`,

  // The list of conversations
  conversations: "Conversations",
  noConversations: "No conversations yet. Write to somebody about an offer or a need.",
  yourTurn: "Your turn",
  unread: (/** @type {number} */ count) => (count >= 100 ? "99+ unread" : `${count} unread`),
  you: (/** @type {string} */ text) => `You: ${text}`,

  // One conversation
  chooseConversation: "Choose a conversation to read it.",
  backToConversations: "Back to the conversations",
  block: "Block",
  unblock: "Unblock",
  aboutOffer: (/** @type {string} */ title) => `Offer: ${title}`,
  aboutNeed: (/** @type {string} */ title) => `Need: ${title}`,
  online: "online",
  offline: "not here right now",
  typing: (/** @type {string} */ name) => `${name} is typing …`,
  refused: (/** @type {string} */ name, /** @type {string} */ why) => `What ${name} wanted to do was refused: ${why}`,
  timeline: (/** @type {string} */ name) => `Messages with ${name}`,
  beginConversation: (/** @type {string} */ name) => `Write the first message to ${name}.`,
  olderLoading: "Loading older messages …",
  olderFailed: "Older messages could not be loaded.",
  newBelow: (/** @type {number} */ count) => (count === 1 ? "1 new message below" : `${count} new messages below`),
  newMessages: "New messages",
  today: "Today",
  yesterday: "Yesterday",
  from: (/** @type {string} */ name) => `${name}:`,
  fromYou: "You:",
  sending: "Sending …",
  sent: "Sent",
  read: "Read",
  notSent: (/** @type {string} */ reason) => `Not sent: ${reason}`,
  sendAgain: "Send again",
  discard: "Discard",
  redacted: "This message was removed.",
  yourMessage: "Your message",
  composerHint: "Enter sends, Shift+Enter begins a new line",
  send: "Send",
  tooLong: (/** @type {number} */ over) => (over === 1 ? "1 character too many" : `${over} characters too many`),
  charactersLeft: (/** @type {number} */ left) => (left === 1 ? "1 character left" : `${left} characters left`),

  // The handshake: the bar
  handshake: "Handshake",
  handshakeNone: "Agreed on something? Shake hands on it.",
  handshakePendingYours: (/** @type {string} */ name) => `You offered your hand. ${name} can shake it.`,
  handshakePendingTheirs: (/** @type {string} */ name) => `${name} offers you a hand.`,
  handshakeApproved: "You have shaken hands.",
  handshakeCompletedYours: (/** @type {string} */ name) => `You marked it as done. ${name} has yet to.`,
  handshakeCompletedTheirs: (/** @type {string} */ name) => `${name} marked it as done. Is it?`,
  handshakeCompleted: "Done. You both kept your word.",
  handshakeDeclined: "The handshake was declined.",
  handshakeCancelled: "The handshake was cancelled.",
  start: "Shake hands",
  startAgain: "Shake hands again",
  approve: "Approve",
  decline: "Decline",
  cancel: "Cancel handshake",
  complete: "Mark as done",
  note: "Note (optional)",
  noteHint: "What you agree on, for instance: Saturday at ten",
  offerHand: "Offer your hand",
  never: "Not now",
  handshakeChanged: "This has changed in the meantime. Here is how it stands now.",
  handshakeNeedsConnection: "You can do this as soon as you are connected again.",

  // The handshake: its steps in the timeline
  stepStartedByYou: "You offered your hand",
  stepStarted: (/** @type {string} */ name) => `${name} offered a hand`,
  stepApprovedByYou: "You shook hands on it",
  stepApproved: (/** @type {string} */ name) => `${name} shook hands on it`,
  stepDeclinedByYou: "You declined",
  stepDeclined: (/** @type {string} */ name) => `${name} declined`,
  stepCancelledByYou: "You cancelled the handshake",
  stepCancelled: (/** @type {string} */ name) => `${name} cancelled the handshake`,
  stepMarkedByYou: "You marked it as done",
  stepMarked: (/** @type {string} */ name) => `${name} marked it as done`,
  stepCompletedByYou: "You marked it as done: the handshake is complete",
  stepCompleted: (/** @type {string} */ name) => `${name} marked it as done: the handshake is complete`,

  // How the connection does
  connecting: "Connecting …",
  reconnecting: "Connection lost. Trying again …",
  reconnectingIn: (/** @type {number} */ seconds) => `Connection lost. Trying again in ${seconds} s`,
  tryNow: "Try now",
  waitingToSend: (/** @type {number} */ count) =>
    count === 1 ? "1 message will be sent then." : `${count} messages will be sent then.`,
  connectedElsewhere: "This is open in too many windows.",
  useHere: "Use it here",
  connectionRefused: "This conversation cannot be opened.",
  tooBusy: "The server is busy. Trying again shortly …",

  // What went wrong, by the error's code; what is not here is shown in the server's own words
  errors: /** @type {Record<string, string>} */ ({
    network: "The server cannot be reached. Check your connection and try again.",
    credentials_invalid: "Wrong username or password.",
    username_taken: "This username is taken. Choose another one.",
    username_length: "A username has 3 to 150 characters.",
    username_invalid: "Only letters, digits and @ . + - _ can be used.",
    password_length: "A password has 8 to 128 characters.",
    required: "Please fill this in.",
    text_invalid: "It has a character that cannot be used.",
    body_too_large: "That is too long.",
    origin_not_allowed: "This site may not use the server.",
    title_required: "Please give it a title.",
    title_too_long: "At most 200 characters.",
    description_too_long: "At most 10,000 characters.",
    name_too_long: "At most 150 characters.",
    rate_limited: "That was too often. Wait a moment and try again.",
    unavailable: "The server is busy right now. Try again in a moment.",
    content_required: "Please write something.",
    content_too_long: "The message is too long.",
    content_invalid: "The message has a character that cannot be sent.",
    client_message_id_conflict: "The message could not be sent. Send it again.",
    listing_closed: "This is closed and takes no new conversation.",
    peer_blocked: "You have blocked this person.",
    conversation_closed: "This conversation is closed.",
    account_suspended: "This account is suspended. Please ask those who run this site.",
    conversations_per_day: "You have begun many conversations today. Try again tomorrow.",
    no_respondent: "Nobody has written to you about this yet.",
    handshake_exists: "The other side was faster. Here is how it stands now.",
    handshake_not_possible: "This is no longer possible. Here is how it stands now.",
    handshake_own: "You started this handshake; the other side answers it.",
    note_invalid: "The note has a character that cannot be sent.",
    note_too_long: "A note has at most 280 characters.",
    outbox_full: "Too many messages are waiting to be sent.",
    not_connected: "You are not connected right now.",
    conversation_invalid: "There is no such conversation.",
    listing_not_found: "There is no such offer or need.",
    not_a_participant: "This conversation is between two others.",
  }),
};

/**
 * Replaces texts by others, for instance by those of another language. Errors are merged by code.
 *
 * @param {Partial<typeof strings>} texts
 */
export function translate(texts) {
  Object.assign(strings, texts, { errors: { ...strings.errors, ...texts.errors } });
}

/**
 * What an error with that code is called; the server's own words where there is no text for it.
 *
 * @param {string} code
 * @param {string} otherwise
 */
export function errorText(code, otherwise) {
  return strings.errors[code] ?? otherwise;
}
