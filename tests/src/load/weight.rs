//! What a server weighs: its memory, its files, its database on the disk. Knows nothing of who uses it.

use crate::Server;

/// What it had taken from the machine at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Weight {
    /// Bytes of memory.
    pub resident: u64,
    /// Open files, each socket being one.
    pub files: usize,
    /// Bytes of its database on the disk.
    pub stored: i64,
    /// Connections to its database, where that is no file.
    pub connections: Option<i64>,
}

impl Weight {
    /// That of a server now.
    pub async fn of(server: &Server) -> Self {
        const FILE: &str = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        const DATABASE: &str = "SELECT pg_database_size(current_database())";
        const CONNECTIONS: &str = "SELECT COUNT(*) FROM pg_stat_activity \
            WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let database = server.database();
        let (stored, connections) = if database.is_sqlite() {
            (database.number(FILE).await, None)
        } else {
            (database.number(DATABASE).await, Some(database.number(CONNECTIONS).await))
        };
        Self { resident: server.resident_bytes(), files: server.open_files(), stored, connections }
    }
}
