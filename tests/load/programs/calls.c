/* PC/SC calls one after the other, each with its return code and its time.
   usage: calls [LAST], where LAST is made after "ready" was printed and a line was read.
   Prints "CALL CODE BEGIN END" (CLOCK_MONOTONIC in ns) until one fails; "going" before LAST. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <reader.h>
#include <winscard.h>

static SCARDCONTEXT context;
static SCARDHANDLE card;
static char names[2048];
static DWORD protocol;

static long long now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static LONG list_readers(void)
{
	DWORD size = sizeof names;
	return SCardListReaders(context, NULL, names, &size);
}

static LONG status(void)
{
	DWORD state, size = 0;
	return SCardStatus(card, NULL, &size, &state, &protocol, NULL, NULL);
}

static LONG attribute(void)
{
	unsigned char value[264];
	DWORD size = sizeof value;
	return SCardGetAttrib(card, SCARD_ATTR_ATR_STRING, value, &size);
}

static LONG control(void)
{
	unsigned char value[264];
	DWORD size;
	return SCardControl(card, SCARD_CTL_CODE(3400), NULL, 0, value, sizeof value, &size);
}

static LONG transmit(void)
{
	unsigned char read[] = {0x00, 0xB0, 0x00, 0x00, 0x04}, answer[258];
	DWORD got = sizeof answer;
	return SCardTransmit(card, SCARD_PCI_T1, read, sizeof read, NULL, answer, &got);
}

static LONG status_change(void)
{
	SCARD_READERSTATE state = {0};
	LONG code;

	state.szReader = names;
	code = SCardGetStatusChange(context, 0, &state, 1);
	state.dwCurrentState = state.dwEventState;
	return code ? code : SCardGetStatusChange(context, INFINITE, &state, 1);
}

static LONG call(const char *name)
{
	if (!strcmp(name, "EstablishContext"))
		return SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context);
	if (!strcmp(name, "ListReaders"))
		return list_readers();
	if (!strcmp(name, "Connect"))
		return SCardConnect(context, names, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, &card, &protocol);
	if (!strcmp(name, "Status"))
		return status();
	if (!strcmp(name, "GetAttrib"))
		return attribute();
	if (!strcmp(name, "Control"))
		return control();
	if (!strcmp(name, "BeginTransaction"))
		return SCardBeginTransaction(card);
	if (!strcmp(name, "Transmit"))
		return transmit();
	if (!strcmp(name, "EndTransaction"))
		return SCardEndTransaction(card, SCARD_LEAVE_CARD);
	if (!strcmp(name, "Reconnect"))
		return SCardReconnect(card, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, SCARD_LEAVE_CARD, &protocol);
	if (!strcmp(name, "Disconnect"))
		return SCardDisconnect(card, SCARD_LEAVE_CARD);
	if (!strcmp(name, "Reset"))
		return SCardDisconnect(card, SCARD_RESET_CARD);
	if (!strcmp(name, "ReleaseContext"))
		return SCardReleaseContext(context);
	return status_change();
}

static LONG timed(const char *name)
{
	long long begin = now(), end;
	LONG code = call(name);

	end = now();
	printf("%s %08lX %lld %lld\n", name, code & 0xFFFFFFFFL, begin, end);
	fflush(stdout);
	return code;
}

static void say(const char *what)
{
	puts(what);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const char *all[] = {"EstablishContext", "ListReaders", "Connect", "Status",
		"GetAttrib", "Control", "BeginTransaction", "Transmit", "EndTransaction", "Reconnect",
		"Disconnect", "ReleaseContext", NULL};
	static const char *before[] = {"EstablishContext", "ListReaders", "Connect", NULL};
	const char **steps = argc > 1 ? before : all;
	char line[8];

	for (; *steps && !(argc > 1 && !strcmp(*steps, argv[1])); steps++)
		if (timed(*steps) != SCARD_S_SUCCESS)
			return 1;
	if (argc > 1) {
		say("ready");
		if (!fgets(line, sizeof line, stdin))
			return 1;
		say("going");
		timed(argv[1]);
	}
	return 0;
}
