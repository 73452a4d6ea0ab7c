//! Several nodes over one PostgreSQL and one Redis, some of which go away: always over these two, whatever the other
//! tests are run over. Knows nothing of the server's code.

mod by_redis_alone;
mod cut_off;
mod database_away;
mod many_entries;
mod rolling;
mod scene;
