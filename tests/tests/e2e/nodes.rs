//! Several nodes over one database and one Redis: what crosses, and what becomes of it while Redis is away.

mod scene;

mod away;
mod broken_news;
mod crossing;
mod encrypted;
mod frozen;
mod leaving;
mod seam;
mod starts_without;
mod subscribed;
