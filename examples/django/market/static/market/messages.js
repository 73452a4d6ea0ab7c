// All conversations of the user, by Handsel's own components. Knows nothing of what they look like.

import { HandselApi } from "../handsel/src/api.js";
import { HandselSocket } from "../handsel/src/utils/websocket.js";
import "../handsel/src/components/index.js";
import { getToken, given } from "./token.js";

const url = new URL(given("handsel").url, document.baseURI);
const socket = new HandselSocket({ url, getToken });
const messages = document.querySelector("handsel-messages");
messages.start({ socket, api: new HandselApi({ url, getToken }) });
messages.addEventListener("handsel-signed-out", () => location.reload());
