//! The binary: hands over to the command line and leaves with its exit code.

fn main() -> std::process::ExitCode {
    monthstart::cli::main()
}
