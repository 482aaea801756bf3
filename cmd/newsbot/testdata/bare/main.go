// Command bare is what the benchmarks hold newsbot against: the shortest
// tgbotapi program that does the same job, without a database, a pace, retries
// or a memory of what it sent.
package main

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// The texts: newsbot's broadcast in the benchmarks, and an answer that cannot be taken for it.
const (
	text  = "The bridge at Kapchagay is open again: traffic moves in both directions since this morning, police say."
	reply = "The night train to the Caspian is back, and it is full: tickets for November were gone within two days."
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

// run does a job over so many connections: SENDERS echo, or SENDERS broadcast
// FIRST COUNT, to as many chats from that id on.
func run(args []string) error {
	var numbers []int64
	for i, arg := range args {
		if i == 1 {
			continue // the job
		}
		n, err := strconv.ParseInt(arg, 10, 64)
		if err != nil {
			return err
		}
		numbers = append(numbers, n)
	}
	if len(args) != 2 && len(args) != 4 {
		return fmt.Errorf("%d arguments", len(args))
	}
	senders := int(numbers[0])
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost, transport.MaxIdleConns = senders, 0
	api, err := tgbotapi.NewBotAPIWithClient(os.Getenv("TELEGRAM_BOT_TOKEN"), os.Getenv("TELEGRAM_API_URL")+"/bot%s/%s", &http.Client{Transport: transport})
	if err != nil {
		return err
	}
	switch {
	case args[1] == "broadcast" && len(args) == 4:
		return bareBroadcast(api, senders, numbers[1], numbers[2])
	case args[1] == "echo":
		return bareEcho(api, senders)
	}
	return fmt.Errorf("no job %q", args[1])
}

func bareBroadcast(api *tgbotapi.BotAPI, senders int, first, count int64) error {
	chats := make(chan int64)
	var group sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for range senders {
		group.Go(func() {
			for chat := range chats {
				m := tgbotapi.NewMessage(chat, text)
				m.ParseMode = tgbotapi.ModeHTML
				if _, err := api.Send(m); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
			}
		})
	}
	for i := range count {
		chats <- first + i
	}
	close(chats)
	group.Wait()
	return failed
}

// bareEcho answers every message, as many at the same time as newsbot does.
func bareEcho(api *tgbotapi.BotAPI, senders int) error {
	u := tgbotapi.NewUpdate(0)
	u.Timeout = 30
	slots := make(chan struct{}, senders)
	for {
		updates, err := api.GetUpdates(u)
		if err != nil {
			return err
		}
		for _, update := range updates {
			u.Offset = update.UpdateID + 1
			if update.Message == nil {
				continue
			}
			slots <- struct{}{}
			go func() {
				defer func() { <-slots }()
				m := tgbotapi.NewMessage(update.Message.Chat.ID, reply)
				if _, err := api.Send(m); err != nil {
					fmt.Fprintln(os.Stderr, err)
				}
			}()
		}
	}
}
