// Why something was not sent. Knows nothing of sockets.

/**
 * `code` is `not_connected`, `outbox_full`, `content_too_long`, `frame_too_large` or `conversation_required`.
 */
export class SendError extends Error {
  /**
   * @param {"not_connected" | "outbox_full" | "content_too_long" | "frame_too_large" | "conversation_required"} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = "SendError";
    this.code = code;
  }
}
