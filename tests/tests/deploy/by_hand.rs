//! The services of the compose file as processes of this machine: their own commands, environment and secrets, with each
//! `name:port` and each path of a container mapped to what stands for it here. Knows nothing of what is asked of them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use handsel_tests::{PATIENCE, in_time, server};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::compose::{Compose, Service, dockerfile_entrypoint};
use super::programs::{file, succeeds};

/// Where each service listens inside its container.
const LISTENING: [(&str, &str); 5] =
    [("postgres", "5432"), ("redis", "6379"), ("handsel-1", "8000"), ("handsel-2", "8000"), ("caddy", "80")];
/// Where a node listens for operators.
const ADMIN: &str = "9000";
/// How long to wait before a health check is asked again.
const PAUSE: Duration = Duration::from_millis(100);

/// All services, each once it was started.
pub(crate) struct Machine {
    compose: Compose,
    /// With `secrets` in it, as a person who follows the documentation has it.
    project: TempDir,
    /// By `name:port`, or `name:9000`.
    ports: BTreeMap<String, u16>,
    /// What keeps others from those ports until their service starts.
    reserved: BTreeMap<String, TcpListener>,
    running: BTreeMap<String, Running>,
}

enum Running {
    Server(handsel_services::Program, #[expect(dead_code, reason = "removed with it")] TempDir),
    Process(Child, TempDir),
}

impl Machine {
    /// Makes the secrets with the script that makes them, and starts everything in the file's order.
    pub(crate) async fn start() -> Self {
        let project = tempfile::tempdir().expect("a directory");
        succeeds(std::process::Command::new(file("deploy/compose-secrets.sh")).current_dir(&project));
        let mut reserved = BTreeMap::new();
        let nodes = LISTENING.into_iter().filter(|(name, _)| name.starts_with("handsel-"));
        for (name, port) in LISTENING.into_iter().chain(nodes.map(|(name, _)| (name, ADMIN))) {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
            reserved.insert(format!("{name}:{port}"), listener);
        }
        let port = |listener: &TcpListener| listener.local_addr().expect("it is bound").port();
        let ports = reserved.iter().map(|(name, listener)| (name.clone(), port(listener))).collect();
        let mut machine = Self { compose: Compose::read(), project, ports, reserved, running: BTreeMap::new() };
        for service in machine.compose.services_in_order() {
            machine.start_one(&service).await;
        }
        machine
    }

    /// Starts a service, and waits until it is healthy.
    pub(crate) async fn start_one(&mut self, service: &Service) {
        self.reserved.retain(|name_and_port, _| !name_and_port.starts_with(&format!("{}:", service.name)));
        let running = match service.image.as_str() {
            "postgres" => self.postgres(service),
            "redis" => self.redis(service),
            "handsel" => self.node(service),
            "caddy" => self.caddy(service),
            other => panic!("nothing here stands for {other}"),
        };
        self.running.insert(service.name.clone(), running);
        self.becomes_healthy(service).await;
    }

    /// A service by its name.
    pub(crate) fn service(&self, name: &str) -> Service {
        let all = self.compose.services_in_order();
        all.into_iter().find(|service| service.name == name).unwrap_or_else(|| panic!("there is no {name}"))
    }

    /// Where `name:port` is here.
    pub(crate) fn address(&self, name_and_port: &str) -> String {
        format!("127.0.0.1:{}", self.ports[name_and_port])
    }

    /// Ends a service as `docker compose stop` does; it must end by itself in the time that it is given.
    pub(crate) async fn stop(&mut self, name: &str) -> ExitStatus {
        let Some(Running::Process(mut process, _)) = self.running.remove(name) else { panic!("{name} is no process") };
        let id = process.id().expect("it runs").to_string();
        succeeds(std::process::Command::new("kill").args(["-TERM", &id]));
        let grace = Duration::from_secs(self.service(name).grace_seconds.expect("it says how long"));
        let ended = tokio::time::timeout(grace, process.wait()).await;
        ended.unwrap_or_else(|_| panic!("{name} would have been killed after {grace:?}")).expect("it was waited for")
    }

    /// A command of the node's image with the node's settings, as `docker compose run` runs it.
    pub(crate) fn run_in(&self, name: &str, arguments: &[&str]) -> String {
        let directory = handsel_services::directory();
        let mut command = self.node_command(&self.service(name), directory.path());
        succeeds(command.args(arguments))
    }

    /// What a service has printed.
    pub(crate) fn log(&self, name: &str) -> String {
        match &self.running[name] {
            Running::Server(program, _) => program.log(),
            Running::Process(_, directory) => fs::read_to_string(directory.path().join("log")).unwrap_or_default(),
        }
    }

    /// The text with what stands for the others' names here, and for the service's own paths.
    fn as_here(&self, service: &Service, directory: &Path, text: &str) -> String {
        let mut text = text.replace("${SITE_ADDRESS:-:80}", &format!("http://{}", self.address("caddy:80")));
        for (name_and_port, port) in &self.ports {
            text = text.replace(name_and_port, &format!("127.0.0.1:{port}"));
        }
        if let Some(admin) = self.ports.get(&format!("{}:{ADMIN}", service.name)) {
            text = text.replace(&format!("0.0.0.0:{ADMIN}"), &format!("0.0.0.0:{admin}"));
        }
        text.replace("/run/secrets/", &format!("{}/", directory.display()))
    }

    /// The service's environment, and its secrets in files.
    fn environment(&self, service: &Service, directory: &Path) -> Vec<(String, String)> {
        for (name, source) in &service.secrets {
            let secret = fs::read_to_string(self.project.path().join(source)).expect("the script has made it");
            fs::write(directory.join(name), self.as_here(service, directory, &secret)).expect("written");
        }
        let environment = service.environment.iter();
        environment.map(|(name, value)| (name.clone(), self.as_here(service, directory, value))).collect()
    }

    /// As the image's entry point does it: a fresh cluster for the user, password and database that its environment
    /// names, then the server.
    fn postgres(&self, service: &Service) -> Running {
        let directory = handsel_services::directory();
        let environment: BTreeMap<_, _> = self.environment(service, directory.path()).into_iter().collect();
        let data = directory.path().join("data");
        let mut initdb = handsel_services::command(&handsel_services::find("initdb"));
        initdb.current_dir(&directory).arg("--pgdata").arg(&data).args(["--auth-host=scram-sha-256", "--no-sync"]);
        initdb.arg("--username").arg(&environment["POSTGRES_USER"]).arg("--encoding=UTF8").arg("--locale=C.UTF-8");
        succeeds(initdb.arg("--pwfile").arg(&environment["POSTGRES_PASSWORD_FILE"]));

        let mut alone = handsel_services::command(&handsel_services::find("postgres"));
        alone.current_dir(&directory).args(["--single", "-D"]).arg(&data).arg("postgres");
        alone.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut alone = alone.spawn().expect("postgres starts");
        let input = alone.stdin.as_mut().expect("stdin is piped");
        writeln!(input, "CREATE DATABASE {}", environment["POSTGRES_DB"]).expect("postgres reads");
        assert!(alone.wait_with_output().expect("it ends").status.success(), "the database was not made");

        let port = self.ports["postgres:5432"].to_string();
        let here =
            ["-D", &data.display().to_string(), "-p", &port, "-c", "unix_socket_directories="].map(str::to_owned);
        let arguments = [here.to_vec(), service.command.iter().skip(1).cloned().collect()].concat();
        let postgres = handsel_services::find("postgres");
        Running::Server(handsel_services::Program::start(directory.path(), &postgres, &arguments, "QUIT"), directory)
    }

    fn redis(&self, service: &Service) -> Running {
        let directory = handsel_services::directory();
        self.environment(service, directory.path());
        let mut command = service
            .command
            .iter()
            .map(|argument| self.as_here(service, directory.path(), argument))
            .collect::<Vec<_>>();
        let program = handsel_services::find(&command.remove(0));
        command.extend(["--port".to_owned(), self.ports["redis:6379"].to_string()]);
        Running::Server(handsel_services::Program::start(directory.path(), &program, &command, "KILL"), directory)
    }

    fn node_command(&self, service: &Service, directory: &Path) -> std::process::Command {
        let entrypoint = dockerfile_entrypoint();
        assert_eq!(entrypoint, ["handsel"], "what the image runs");
        let mut command = std::process::Command::new(server::binary());
        command.current_dir(directory).args(&service.command).env_clear();
        command.envs(self.environment(service, directory));
        command.env("HANDSEL_PORT", self.ports[&format!("{}:8000", service.name)].to_string());
        command
    }

    fn node(&self, service: &Service) -> Running {
        let directory = handsel_services::directory();
        spawn(self.node_command(service, directory.path()), directory)
    }

    /// Its image runs this, unless the file says otherwise.
    fn caddy(&self, service: &Service) -> Running {
        assert_eq!(service.command, Vec::<String>::new(), "the image's own command is meant");
        let directory = tempfile::tempdir().expect("a directory");
        let mut caddy = std::process::Command::new(handsel_services::find("caddy"));
        caddy.args(["run", "--adapter", "caddyfile", "--config"]).arg(file("deploy/Caddyfile"));
        caddy.current_dir(&directory).env_clear().envs(self.environment(service, directory.path()));
        // Its volumes; and not its fixed port, in case that another Caddy runs.
        caddy.env("HOME", directory.path());
        caddy.env("CADDY_ADMIN", format!("unix/{}", directory.path().join("admin").display()));
        spawn(caddy, directory)
    }

    async fn becomes_healthy(&mut self, service: &Service) {
        let started = std::time::Instant::now();
        loop {
            let (is_healthy, said) = self.is_healthy(service).await;
            if is_healthy {
                return;
            }
            let lives = match self.running.get_mut(&service.name).expect("it was started") {
                Running::Server(program, _) => program.lives(),
                Running::Process(process, _) => process.try_wait().expect("it can be asked").is_none(),
            };
            let log = self.log(&service.name);
            assert!(lives && started.elapsed() < PATIENCE, "{} is not healthy: {said}\n{log}", service.name);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// What nobody waits for in the file need not say when it is there.
    async fn listens(&self, service: &Service) -> (bool, String) {
        let (name, port) = LISTENING.into_iter().find(|(name, _)| service.name == *name).expect("it listens");
        let connected = TcpStream::connect(self.address(&format!("{name}:{port}"))).await;
        (connected.is_ok(), format!("{connected:?}"))
    }

    /// Asks the service's own health check once.
    async fn is_healthy(&self, service: &Service) -> (bool, String) {
        let directory = tempfile::tempdir().expect("a directory");
        let Some((kind, check)) = service.health_check.split_first() else { return self.listens(service).await };
        let mut command = match (kind.as_str(), check[0].as_str()) {
            ("CMD", "handsel") => {
                let mut command = self.node_command(service, directory.path());
                command.args(&check[1..]);
                command
            }
            ("CMD", program) => {
                let mut command = std::process::Command::new(handsel_services::find(program));
                command.args(&check[1..]);
                command
            }
            ("CMD-SHELL", line) => {
                let port = self.ports["redis:6379"];
                let mut command = std::process::Command::new("sh");
                command.args(["-c", &line.replace("redis-cli", &format!("redis-cli -p {port}"))]);
                command
            }
            other => panic!("{other:?} is no health check"),
        };
        command.env("PGPORT", self.ports["postgres:5432"].to_string());
        let asked = in_time("a health check", Command::from(command).kill_on_drop(true).output()).await;
        let asked = asked.expect("it runs");
        (asked.status.success(), String::from_utf8_lossy(&[asked.stdout, asked.stderr].concat()).into_owned())
    }
}

fn spawn(mut command: std::process::Command, directory: TempDir) -> Running {
    let log = fs::File::create(directory.path().join("log")).expect("a log");
    command.stdin(Stdio::null()).stdout(log.try_clone().expect("a file can be shared")).stderr(log);
    Running::Process(Command::from(command).kill_on_drop(true).spawn().expect("it starts"), directory)
}
