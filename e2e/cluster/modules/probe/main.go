// The program of the test cluster's own images: it waits, answers, dials and resolves. It has no file and no library beside it.
//
//	probe pause                            waits to be ended; the sandbox of every pod
//	probe serve [ADDRESS]:PORT...          answers each request with its host's name and the address
//	probe dial TIMEOUT HOST:PORT...        one attempt each; prints "open" or "closed", and fails if any is closed
//	probe dial-from-start SECONDS HOST:PORT...   tries again and again from its first instruction on; prints how often each opened
//	probe resolve SERVER NAME              asks one DNS server
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

const attempt = 20 * time.Millisecond

func main() {
	if len(os.Args) < 2 {
		fail("say what to do: pause, serve, dial, dial-from-start or resolve")
	}
	arguments := os.Args[2:]
	switch os.Args[1] {
	case "pause":
		pause()
	case "serve":
		serve(arguments)
	case "dial":
		dial(arguments)
	case "dial-from-start":
		dialFromStart(arguments)
	case "resolve":
		resolve(arguments)
	default:
		fail("there is no " + os.Args[1])
	}
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, "probe:", why)
	os.Exit(2)
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
	host, _ := os.Hostname()
	for _, address := range addresses {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			fail(err.Error())
		}
		answer := func(response http.ResponseWriter, _ *http.Request) { fmt.Fprintln(response, host, address) }
		server := &http.Server{Handler: http.HandlerFunc(answer), ReadHeaderTimeout: 5 * time.Second}
		go func() { fail(server.Serve(listener).Error()) }()
	}
	pause()
}

func dial(arguments []string) {
	if len(arguments) < 2 {
		fail("dial wants a time limit and addresses")
	}
	limit, err := time.ParseDuration(arguments[0])
	if err != nil {
		fail(err.Error())
	}
	closed := 0
	for _, address := range arguments[1:] {
		connection, err := net.DialTimeout("tcp", address, limit)
		if err != nil {
			closed++
			fmt.Println(address, "closed", err)
			continue
		}
		connection.Close()
		fmt.Println(address, "open")
	}
	if closed > 0 {
		os.Exit(1)
	}
}

func dialFromStart(arguments []string) {
	start := time.Now()
	seconds, err := strconv.Atoi(arguments[0])
	if err != nil {
		fail(err.Error())
	}
	opened, tries := map[string]int{}, 0
	for ; time.Since(start) < time.Duration(seconds)*time.Second; tries++ {
		for _, address := range arguments[1:] {
			if connection, err := net.DialTimeout("tcp", address, attempt); err == nil {
				connection.Close()
				opened[address]++
			}
		}
	}
	for _, address := range arguments[1:] {
		fmt.Println(address, "opened", opened[address], "of", tries)
	}
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
