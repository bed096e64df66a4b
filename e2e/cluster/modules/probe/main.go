// The program of the test cluster's own images: it waits, answers, dials and resolves. It has no file and no library beside it.
//
//	probe pause                            waits to be ended; the sandbox of every pod
//	probe serve [ADDRESS]:PORT...          answers each request with its host's name and the address
//	probe dial TIMEOUT HOST:PORT...        one attempt each; prints "open", "refused" or "silent", and fails unless all are open
//	probe dial-from-start SECONDS [:PORT]... HOST:PORT...   tries again and again from its first instruction on; prints how often each
//	                                       opened. It listens at the ports meanwhile, and waits afterwards
//	probe scan PORT RANGE                  tries every address of the range until it is ended; prints each that answers, once
//	probe resolve SERVER NAME              asks one DNS server
//
// It can stand in another program's place: beside it lies a table then, NAME.table, whose line that begins with the first argument
// says what it does instead.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// A first packet that is let through is answered on this machine in a millisecond; a busy one may take its time.
	attempt = 500 * time.Millisecond
	// So often an address is tried anew, whatever became of the tries before.
	every = 20 * time.Millisecond
	// Largest range of addresses that is scanned: a node's.
	scanBits = 8
)

func main() {
	words := inPlace(os.Args)
	if len(words) < 2 {
		fail("say what to do: pause, serve, dial, dial-from-start, scan or resolve")
	}
	arguments := words[2:]
	switch words[1] {
	case "pause":
		pause()
	case "serve":
		serve(arguments)
	case "dial":
		dial(arguments)
	case "dial-from-start":
		dialFromStart(arguments)
	case "scan":
		scan(arguments)
	case "resolve":
		resolve(arguments)
	default:
		fail("there is no " + words[1])
	}
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, "probe:", why)
	os.Exit(2)
}

// inPlace gives the arguments that the table beside this program has for those it was called with; without a table, those.
func inPlace(arguments []string) []string {
	table, err := os.ReadFile(arguments[0] + ".table")
	if err != nil {
		return arguments
	}
	for _, line := range strings.Split(string(table), "\n") {
		words := strings.Fields(line)
		if len(words) > 1 && len(arguments) > 1 && words[0] == arguments[1] {
			return words
		}
	}
	fail("the table has no such line")
	return nil
}

// pause also reaps: in a pod that shares its processes it is their first.
func pause() {
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, syscall.SIGTERM, syscall.SIGINT)
	child := make(chan os.Signal, 1)
	signal.Notify(child, syscall.SIGCHLD)
	for {
		select {
		case <-ends:
			return
		case <-child:
			for {
				pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
				if err != nil || pid <= 0 {
					break
				}
			}
		}
	}
}

func serve(addresses []string) {
	for _, address := range addresses {
		if err := answer(address); err != nil {
			fail(err.Error())
		}
	}
	pause()
}

func answer(address string) error {
	host, _ := os.Hostname()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	say := func(response http.ResponseWriter, _ *http.Request) { fmt.Fprintln(response, host, address) }
	server := &http.Server{Handler: http.HandlerFunc(say), ReadHeaderTimeout: 5 * time.Second}
	go func() { fail(server.Serve(listener).Error()) }()
	return nil
}

// try says what becomes of one connection. One that is refused was let through, there and back.
func try(address string, limit time.Duration) string {
	connection, err := net.DialTimeout("tcp", address, limit)
	switch {
	case err == nil:
		connection.Close()
		return "open"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	default:
		return "silent"
	}
}

// dial tries all at once, so that it takes as long as the slowest.
func dial(arguments []string) {
	if len(arguments) < 2 {
		fail("dial wants a time limit and addresses")
	}
	limit, err := time.ParseDuration(arguments[0])
	if err != nil {
		fail(err.Error())
	}
	addresses := arguments[1:]
	became := make([]string, len(addresses))
	var all sync.WaitGroup
	for at, address := range addresses {
		all.Go(func() { became[at] = try(address, limit) })
	}
	all.Wait()
	open := true
	for at, address := range addresses {
		fmt.Println(address, became[at])
		open = open && became[at] == "open"
	}
	if !open {
		os.Exit(1)
	}
}

// count is what became of the tries of one address.
type count struct {
	sync.Mutex
	tries, opened, refused int
	// From the program's start to the first answer.
	first time.Duration
}

func (c *count) note(became string, after time.Duration) {
	c.Lock()
	defer c.Unlock()
	c.tries++
	if became == "silent" {
		return
	}
	if c.opened+c.refused == 0 {
		c.first = after
	}
	if became == "open" {
		c.opened++
	} else {
		c.refused++
	}
}

func dialFromStart(arguments []string) {
	start := time.Now()
	if len(arguments) < 2 {
		fail("dial-from-start wants seconds and addresses")
	}
	seconds, err := strconv.Atoi(arguments[0])
	if err != nil {
		fail(err.Error())
	}
	end := start.Add(time.Duration(seconds) * time.Second)
	var all sync.WaitGroup
	counts := map[string]*count{}
	for _, address := range arguments[1:] {
		if strings.HasPrefix(address, ":") {
			// Another container of the pod may have the port, which is as good.
			_ = answer(address)
			continue
		}
		counts[address] = &count{}
		all.Go(func() { again(address, start, end, counts[address], &all) })
	}
	all.Wait()
	for _, address := range arguments[1:] {
		if c := counts[address]; c != nil {
			fmt.Println(address, "opened", c.opened, "refused", c.refused, "of", c.tries, "first", c.first.Milliseconds())
		}
	}
	pause()
}

// again begins a try of an address every few milliseconds, and does not wait for those before.
func again(address string, start, end time.Time, counted *count, all *sync.WaitGroup) {
	for now := start; now.Before(end); now = time.Now() {
		all.Go(func() { counted.note(try(address, attempt), time.Since(start)) })
		time.Sleep(every)
	}
}

func scan(arguments []string) {
	if len(arguments) != 2 {
		fail("scan wants a port and a range")
	}
	addresses, err := netip.ParsePrefix(arguments[1])
	if err != nil || addresses.Addr().BitLen()-addresses.Bits() > scanBits {
		fail("scan wants a range of at most a node's addresses")
	}
	var all sync.WaitGroup
	for address := addresses.Masked().Addr().Next(); addresses.Contains(address); address = address.Next() {
		all.Go(func() {
			for {
				became := try(net.JoinHostPort(address.String(), arguments[0]), attempt/2)
				if became != "silent" {
					fmt.Println(address, became)
					return
				}
				// What says at once that there is no such address is asked again later.
				time.Sleep(every)
			}
		})
	}
	all.Wait()
	pause()
}

func resolve(arguments []string) {
	if len(arguments) != 2 {
		fail("resolve wants a server and a name")
	}
	server := net.JoinHostPort(arguments[0], "53")
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server)
	}}
	limit, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	addresses, err := resolver.LookupHost(limit, arguments[1])
	if err != nil {
		fail(err.Error())
	}
	fmt.Println(addresses)
}
