//! A fresh token at the very moment at which the old one runs out: it is taken and the socket lives on, or it is not
//! and the socket closes. Never both.

use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use handsel_tests::Socket;
use handsel_tests::seed::seeded;
use handsel_tests::socket::Heard;
use serde_json::json;

use super::auth::{logs_in_again, runs_out_soon};
use super::scene::Scene;

const SOCKETS: usize = 16;

/// Whether the token was taken.
async fn is_taken_or_closed(mut socket: Socket, token: &str, at: SystemTime) -> bool {
    // What comes of it is right either way; the moment decides only which way is seen.
    tokio::time::sleep(at.duration_since(SystemTime::now()).unwrap_or_default()).await;
    socket.tries_to_send(json!({"type": "auth", "token": token})).await;
    match socket.next().await {
        Heard::Frame(frame) => {
            assert_eq!(frame["type"], "auth", "saw {frame}");
            for _ in 0..3 {
                socket.sends(json!({"type": "ping"})).await;
                socket.hears_frame(&json!({"type": "pong"})).await;
            }
            true
        }
        end => {
            assert_eq!(end, Heard::Closed(4001, "token_expired".to_owned()));
            false
        }
    }
}

#[tokio::test]
async fn it_is_taken_or_the_socket_closes() {
    let mut random = seeded();
    let scene = Scene::acquainted().await;
    runs_out_soon(&scene.server).await;
    let (fresh, _) = logs_in_again(&scene.server).await;
    let mut trying = Vec::new();
    for _ in 0..SOCKETS {
        let (socket, hello) = scene.bob.opens_by_v1(&scene.offer).await;
        let due = humantime::parse_rfc3339(hello["expires_at"].as_str().expect("a time")).expect("a time");
        let at = due - Duration::from_millis(20) + Duration::from_micros(random.u64(0..30_000));
        trying.push(is_taken_or_closed(socket, &fresh.token, at));
    }
    let taken = join_all(trying).await.into_iter().filter(|taken| *taken).count();
    println!("{taken} of {SOCKETS} were taken");
}
