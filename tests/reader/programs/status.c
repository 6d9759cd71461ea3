/* A libpcsclite client: PnP status changes, cancel, transactions. Prints one line per answer. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <winscard.h>

static SCARDCONTEXT context;
static volatile int cancelled;

static void *cancel_soon(void *unused)
{
	/* SCardCancel says nothing about whether the other thread waits already. */
	while (!cancelled)
		SCardCancel(context);
	return NULL;
}

static void say(const char *what, LONG code)
{
	printf("%s %08lX\n", what, code & 0xFFFFFFFFL);
	fflush(stdout);
}

static void wait_for(const char *what, SCARD_READERSTATE *states, int count, DWORD timeout)
{
	LONG code = SCardGetStatusChange(context, timeout, states, count);
	printf("%s %08lX", what, code & 0xFFFFFFFFL);
	for (int i = 0; i < count; i++) {
		printf(" %lX", states[i].dwEventState);
		states[i].dwCurrentState = states[i].dwEventState;
	}
	printf("\n");
	fflush(stdout);
}

int main(void)
{
	char names[2048], line[8];
	DWORD size = sizeof names, protocol, got;
	SCARDHANDLE card;
	SCARD_READERSTATE states[2];
	pthread_t thread;
	unsigned char read[] = {0x00, 0xB0, 0x00, 0x00, 0x02}, answer[258];

	say("establish", SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context));
	say("list", SCardListReaders(context, NULL, names, &size));
	printf("reader %s\n", names);
	memset(states, 0, sizeof states);
	states[0].szReader = names;
	states[1].szReader = "\\\\?PnP?\\Notification";
	wait_for("first", states, 2, 0);
	wait_for("timeout", states, 1, 100);

	wait_for("removed", states, 2, 10000);
	wait_for("inserted", states, 2, 10000);
	wait_for("unplugged", states, 2, 10000);

	say("ready for cancel", 0);
	pthread_create(&thread, NULL, cancel_soon, NULL);
	states[1].dwCurrentState = SCARD_STATE_UNAWARE;
	say("cancelled", SCardGetStatusChange(context, INFINITE, &states[1], 1));
	cancelled = 1;
	pthread_join(thread, NULL);

	/* A line on stdin: the reader is back. */
	if (!fgets(line, sizeof line, stdin))
		return 1;
	say("connect", SCardConnect(context, names, SCARD_SHARE_SHARED,
		SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol));
	say("begin", SCardBeginTransaction(card));
	got = sizeof answer;
	say("transmit", SCardTransmit(card, SCARD_PCI_T1, read, sizeof read, NULL, answer, &got));
	printf("answer %lu %02X%02X%02X%02X\n", got, answer[0], answer[1], answer[2], answer[3]);
	say("end", SCardEndTransaction(card, SCARD_LEAVE_CARD));
	say("disconnect", SCardDisconnect(card, SCARD_RESET_CARD));
	say("release", SCardReleaseContext(context));
	return 0;
}
