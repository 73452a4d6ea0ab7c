// The shapes that the protocol and the HTTP API have, as types alone. Holds no code, and is never loaded by a page.

/**
 * @typedef {{ id: number, username: string, full_name: string }} Person
 *
 * @typedef {{
 *   id: number, sender: Person, content: string, created_at: string, is_read: boolean,
 *   conversation: string, seq: number, recipient_id: number, client_message_id?: string, redacted_at?: string | null,
 * }} Message
 *
 * @typedef {"pending" | "approved" | "declined" | "cancelled" | "completed"} HandshakeStatus
 *
 * @typedef {{
 *   id: string, status: HandshakeStatus, user1_id: number, user2_id: number, initiator_id: number, message: string,
 *   conversation: string, seq: number, uid: string, actor_id: number, version: number, note: string | null,
 *   terms: object | null, completed_by: number[], created_at: string,
 * }} Handshake
 *
 * @typedef {{ type: "message", message: Message, repeat?: boolean }} MessageFrame
 * @typedef {{ type: "handshake", handshake: Handshake, repeat?: boolean }} HandshakeFrame
 * @typedef {MessageFrame | HandshakeFrame} EntryFrame  An entry of a timeline.
 *
 * @typedef {{
 *   conversation: string, head: number, read_up_to: number, peer_read_up_to: number, peer: Person, online: boolean,
 * }} HelloConversation
 *
 * @typedef {{
 *   type: "hello", user_id: number, expires_at: string, conversations: HelloConversation[],
 *   more_conversations?: boolean, heartbeat_ms: number, reconnect_jitter_ms: number, reset?: boolean,
 *   limits: {
 *     message_characters: number, frame_bytes: number, frames_per_second: number, page_entries: number,
 *     sockets_per_user: number, queue_frames: number,
 *   },
 * }} Hello
 *
 * @typedef {{
 *   id: number, username: string, first_name: string, last_name: string, full_name: string, created_at: string,
 * }} User
 *
 * @typedef {"offer" | "need"} ListingKind
 *
 * @typedef {{
 *   id: number, kind: ListingKind, conversation: string, owner: Person, title: string, description: string,
 *   status: "open" | "closed", created_at: string,
 * }} Listing
 * @typedef {Pick<Listing, "id" | "kind" | "conversation" | "title" | "status">} ListingSummary
 *
 * @typedef {{
 *   conversation: string, listing: ListingSummary, peer: Person, blocked?: boolean, role: "owner" | "respondent", last_entry: EntryFrame,
 *   unread_count: number, your_turn: boolean, handshake: Handshake | null, head: number, read_up_to: number,
 * }} ConversationRow  A line of the list of conversations.
 *
 * @typedef {{ entries: EntryFrame[], handshake: Handshake | null, head: number }} TimelinePage
 */

export {};
