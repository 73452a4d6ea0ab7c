// Defines the elements of Messages. Knows nothing of the site around them.

import "./handsel-connection.js";
import "./handsel-handshake.js";
import "./handsel-conversations.js";
import "./handsel-thread.js";
import "./handsel-messages.js";
