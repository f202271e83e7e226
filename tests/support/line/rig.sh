#!/bin/sh
# Fax machines in a root of their own: sh rig.sh FOLDER PACKAGES MACHINES GETTIES, as root in namespaces of mounts,
# processes and network. FOLDER gets the spool of HylaFAX; PACKAGES has Debian's packages unpacked. Of so many modems,
# the first GETTIES have HylaFAX behind them; behind the others is nobody. Ends when its first process does.
set -eu
folder=$1 packages=$2 machines=$3 getties=$4
root=$folder/root
spool=$root/var/spool/hylafax

mkdir -p "$folder/spool" "$root"
mount -t tmpfs -o mode=755 rig "$root"
cd "$root"
mkdir -p usr opt/line etc/iaxmodem dev/pts proc tmp run/lock var/log var/spool/hylafax
ln -s usr/bin usr/sbin usr/lib usr/lib32 usr/lib64 .
ln -s /run/lock var/lock
mount --rbind /usr usr
mount --bind "$packages" opt/line
mount --bind "$folder/spool" var/spool/hylafax
mount -t proc proc proc
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
for device in null zero urandom; do
  : >dev/$device
  mount --bind /dev/$device dev/$device
done
# Here all is one user's.
echo 'root:x:0:0::/:/bin/sh
uucp:x:0:0::/:/bin/sh' >etc/passwd
echo 'root:x:0:
uucp:x:0:' >etc/group
cp /etc/ld.so.cache etc/

cd "$spool"
for name in archive bin client config dev docq doneq etc info log pollq recvq sendq status tmp; do mkdir "$name"; done
cp "$packages/var/spool/hylafax/config/"* config/
# Two machines that make these at once fail, and one of them receives nothing.
for name in log recvq; do echo 0 >$name/seqf; done
echo 'LogFacility: daemon' >etc/config
# What HylaFAX runs when it has received a fax: instead of sending mail, what it was told is noted.
echo '#!/bin/sh
echo "$*" >>log/received' >bin/faxrcvd
chmod +x bin/faxrcvd

export LD_LIBRARY_PATH=/opt/line/usr/lib/hylafax
n=0
while [ "$n" -lt "$machines" ]; do
  echo "device /dev/ttyIAX$n
owner uucp:uucp
mode 660
port $((4570 + n))
refresh 0
server 127.0.0.1:4569
peername modem$n
secret none
codec ulaw
nojitterbuffer" >"$root/etc/iaxmodem/ttyIAX$n"
  sed -e "s/^FAXNumber:.*/FAXNumber: +1.212.555.000$n/" -e "s/^LocalIdentifier:.*/LocalIdentifier: \"+1 212 555 000$n\"/" \
    "$packages/usr/share/doc/iaxmodem/examples/config.ttyIAX" >"etc/config.ttyIAX$n"
  chroot "$root" /opt/line/usr/bin/iaxmodem "ttyIAX$n" </dev/null >"log/ttyIAX$n" 2>&1 &
  n=$((n + 1))
done
n=0
while [ "$n" -lt "$getties" ]; do
  until [ -h "$root/dev/ttyIAX$n" ]; do sleep 0.1; done
  chroot "$root" /opt/line/usr/sbin/faxgetty "/dev/ttyIAX$n" </dev/null >"log/getty$n" 2>&1 &
  n=$((n + 1))
done
wait
