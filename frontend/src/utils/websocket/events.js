// What the manager tells, and in which shape. Knows nothing of when.

/**
 * @import { Handshake, Hello, Message, Person } from "../../types.js"
 * @import { Waiting } from "./outbox.js"
 *
 * @typedef {"connecting" | "open" | "waiting" | "closed" | "disconnected"} State
 *
 * @typedef {{
 *   connection: string, state: State, code: number | null, reason: string | null, retry_in_ms: number | null,
 * }} Status
 *
 * @typedef {Waiting & { conversation: string }} Dropped  By the key, or the name by which it was queued.
 *
 * @typedef {{
 *   connection: string, code: string, message: string, client_message_id?: string, will_retry?: boolean,
 *   dropped?: Dropped, conversation?: string, field?: string, retry_after_ms?: number, recipients?: Person[],
 * }} ErrorDetail  `will_retry` stands there where `client_message_id` does; `dropped` where it is false.
 *
 * @typedef {{
 *   hello: { connection: string, conversation: string | null, hello: Hello, resumed: boolean },
 *   message: { connection: string, conversation: string, seq: number, message: Message, repeat: boolean },
 *   handshake: { connection: string, conversation: string, seq: number, handshake: Handshake, repeat: boolean },
 *   redaction: { connection: string, conversation: string, seq: number },
 *   read: { connection: string, conversation: string, reader_id: number, up_to: number },
 *   typing: { connection: string, conversation: string, user_id: number },
 *   presence: { connection: string, user_id: number, online: boolean },
 *   refused: { connection: string, conversation: string, actor_id: number, step: string, message: string },
 *   status: Status,
 *   error: ErrorDetail,
 * }} HandselEvents  The detail of each event, by type.
 */

/**
 * Like `CustomEvent`, which is not everywhere where there is an `EventTarget`.
 *
 * @template [Detail=unknown]
 */
export class HandselEvent extends Event {
  /**
   * @param {string} type
   * @param {Detail} detail
   */
  constructor(type, detail) {
    super(type);
    this.detail = detail;
  }
}
