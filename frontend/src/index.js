// What the package offers to code. Knows nothing of the elements, which `handsel/messages` defines.

export { HandselSocket, INBOX, SendError } from "./utils/websocket.js";
export { HandselApi, ApiError } from "./api.js";
export { strings, translate } from "./strings.js";
