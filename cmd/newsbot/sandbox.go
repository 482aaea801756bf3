package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"newsbot/internal/feed"
	"newsbot/internal/sandbox"
)

type sandboxCommand struct {
	Addr  string `default:"127.0.0.1:8080" help:"Where the chat page is served; loopback only."`
	Calls string `help:"File that every Bot API call is logged to, as JSON lines." placeholder:"FILE"`

	LogLevel  string `enum:"debug,info,warn,error" default:"warn" help:"debug, info, warn or error."`
	LogFormat string `enum:"text,json" default:"text" help:"text, or json for machines."`
}

// Run starts a local Bot API server, a sample newsroom, a chat page and the
// real bot between them, and prints where to look. None of the bot's own
// settings reach into it: least of all its database, whose chats are not here.
func (c sandboxCommand) Run(p *process) error {
	dir, err := os.MkdirTemp("", "newsbot-sandbox-")
	if err != nil {
		return fmt.Errorf("make a directory for the sandbox: %w", err)
	}
	defer os.RemoveAll(dir)

	options := sandbox.Options{Addr: c.Addr}
	if c.Calls != "" {
		calls, err := os.Create(c.Calls)
		if err != nil {
			return fmt.Errorf("call log: %w", err)
		}
		defer calls.Close()
		options.CallLog = calls
	}
	s := settings{
		databaseURL: "sqlite:" + filepath.Join(dir, "newsbot.db"), allowPrivate: true, httpAddr: "127.0.0.1:0", sendRate: 30,
		pollInterval: time.Second, // the newsroom is on this machine: what it brings out is seen at once
		logJSON:      c.LogFormat == "json",
	}
	if err := s.logLevel.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return usageError{fmt.Errorf("--log-level: %w", err)}
	}
	log := newLogger(p.stderr, s)
	options.Log = log
	box, err := sandbox.Start(p.ctx, options)
	if err != nil {
		return err
	}
	defer box.Close()
	s.token, s.apiURL, s.ratesURL = box.Token(), box.APIURL(), box.RatesURL()
	s.editors, s.zone = []int64{box.EditorID()}, box.Zone()
	if s.sources, err = feed.ReadSources(bytes.NewReader(box.SourcesFile())); err != nil {
		return fmt.Errorf("sample newsroom: %w", err)
	}
	return serve(p.ctx, s, log, hooks{
		now: box.Now,
		started: func(runDue func(context.Context)) {
			due := func() {
				ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
				defer cancel()
				runDue(ctx)
			}
			box.OnMove(due)
			box.OnNews(due)
			fmt.Fprintf(p.stdout, sandboxWelcome, box.URL())
		},
	})
}

const sandboxWelcome = `
Newsbot's sandbox is running. Open the chat page:

    %s

Try first: press START, read a story with /news, look at /rates, turn a digest
on with /digest and move the clock to the next morning; then become the editor
and send a /broadcast. Ctrl+C ends it and leaves nothing behind.

`
