// Command newsbot is a Telegram bot that is a whole news desk. See README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // Asia/Almaty is UTC+5 since 2024; the host's tables may be older

	"github.com/alecthomas/kong"
)

func main() {
	// The machines it runs on are short of memory before they are short of time: with
	// Go's own 100 a broadcast to a million chats takes 150 MB, with 50 it takes 120.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(exitCode(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr), os.Stderr))
}

// exitCode prints err, when there is one, and says what the program ends with:
// 0 for success, 2 for a mistake in how it was called, 1 for everything else.
func exitCode(err error, stderr io.Writer) int {
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "newsbot: %v\n", usage.err)
		return 2
	default:
		fmt.Fprintf(stderr, "newsbot: %v\n", err)
		return 1
	}
}

// process is what a command has of the world around it.
type process struct {
	ctx    context.Context
	getenv func(string) string
	stdout io.Writer
	stderr io.Writer
	flags  *flags // of the command; nil where it has none
}

type commands struct {
	Run     runCommand     `cmd:"" help:"Run the bot."`
	Sandbox sandboxCommand `cmd:"" help:"Try everything on this machine: no token, no network, a chat page in the browser."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to this version's schema."`
	Doctor  doctorCommand  `cmd:"" help:"Check token, database, sources, rates and clock, and say what to do."`
	Sources sourcesCommand `cmd:"" help:"List, add, import, export, check, pause or remove the sources."`
	Inspect inspectCommand `cmd:"" help:"Show what Newsbot reads in a feed, a page or a list of rates."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// flagsOf are the settings of the chosen command, nil for those that have none.
func (c *commands) flagsOf(command string) *flags {
	name, _, _ := strings.Cut(command, " ")
	return map[string]*flags{"run": &c.Run.Flags, "migrate": &c.Migrate.Flags, "doctor": &c.Doctor.Flags, "sources": &c.Sources.Flags}[name]
}

// run is the whole program: main gives it the real world, tests give it theirs.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	var cli commands
	helped := false
	parser, err := kong.New(&cli,
		kong.Name("newsbot"),
		kong.Description("A Telegram bot that is a whole news desk."),
		kong.Vars{"database": defaultDatabase},
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }),
		kong.Resolvers(environment(getenv)),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Groups{"settings": "Settings, each also an environment variable of the same name:"},
	)
	if err != nil {
		return fmt.Errorf("set up the command line: %w", err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if helped {
		return nil
	}
	if err != nil {
		return usageError{fmt.Errorf("%w; newsbot --help shows what there is", err)}
	}
	return command.Run(&process{ctx: ctx, getenv: getenv, stdout: stdout, stderr: stderr, flags: cli.flagsOf(command.Command())})
}

type versionCommand struct{}

// version is set by the linker for releases.
var version = ""

// Run prints the version, and the revision it was built from when known.
func (versionCommand) Run(p *process) error {
	_, err := fmt.Fprintln(p.stdout, "newsbot", versionString())
	return err
}

func versionString() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return "dev-" + s.Value[:12]
			}
		}
	}
	return "dev"
}
