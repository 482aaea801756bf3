package main

import (
	"os/exec"
	"strings"
	"testing"
)

// layers are the packages from the ground up; a package may import those of
// lower layers, and those of its own only where sideways says so.
var layers = [][]string{
	{"newsbot/migrations", "newsbot/internal/fetch"},
	{"newsbot/internal/locale", "newsbot/internal/feed", "newsbot/internal/article", "newsbot/internal/story", "newsbot/internal/rates", "newsbot/internal/rates/chart", "newsbot/internal/outbox", "newsbot/internal/role", "newsbot/internal/emulator"},
	{"newsbot/internal/telegram", "newsbot/internal/store"},
	{"newsbot/internal/digest", "newsbot/internal/jobs", "newsbot/bot", "newsbot/internal/sandbox", "newsbot/internal/sandbox/newsroom"},
	{"newsbot/cmd/newsbot"},
}

// sideways are the imports inside one layer that are meant to be.
var sideways = map[string]bool{
	"newsbot/bot newsbot/internal/digest":                        true, // preview shows what the digest will hold
	"newsbot/internal/sandbox newsbot/internal/sandbox/newsroom": true,
}

// testSupport are packages that only tests import.
var testSupport = map[string]bool{
	"newsbot/internal/rates/chart/charttest": true,
	"newsbot/internal/store/storetest":       true,
	"newsbot/internal/story/storytest":       true,
	"newsbot/internal/sandbox/pagetest":      true,
}

func TestImportsGoDownTheLayers(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", "newsbot/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	level := map[string]int{}
	for i, layer := range layers {
		for _, pkg := range layer {
			level[pkg] = i
		}
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		pkg := words[0]
		at, known := level[pkg]
		if !known && !testSupport[pkg] {
			t.Errorf("%s is in no layer: give it one here and in docs/architecture.md", pkg)
		}
		for _, imported := range words[1:] {
			if !strings.HasPrefix(imported, "newsbot/") || testSupport[pkg] {
				continue
			}
			if testSupport[imported] {
				t.Errorf("%s imports %s, which is for tests", pkg, imported)
				continue
			}
			if below := level[imported]; below > at || below == at && !sideways[pkg+" "+imported] {
				t.Errorf("%s imports %s: arrows go down only", pkg, imported)
			}
		}
		if pkg == "newsbot/internal/emulator" && strings.Contains(strings.Join(words[1:], " "), "newsbot/") {
			t.Errorf("the emulator imports something of ours: nothing may teach it what to expect")
		}
		for _, imported := range words[1:] {
			if strings.HasPrefix(imported, "github.com/go-telegram-bot-api/") && pkg != "newsbot/internal/telegram" {
				t.Errorf("%s imports tgbotapi: only telegram does", pkg)
			}
			if (strings.HasPrefix(imported, "github.com/jmoiron/sqlx") || imported == "database/sql" || imported == "github.com/lib/pq") && pkg != "newsbot/internal/store" && !testSupport[pkg] {
				t.Errorf("%s imports %s: only store speaks SQL", pkg, imported)
			}
		}
	}
}
