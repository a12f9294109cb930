import type { Program } from '../program.ts';

/** Two seconds of a test pattern with a tone. */
const FILM =
  'ffmpeg -v error -f lavfi -i testsrc2=size=160x120:rate=10 -f lavfi -i sine=frequency=440 -t 2 -c:v mpeg4 -c:a ac3 -threads 1 -flags +bitexact -fflags +bitexact film.avi';

export const PLAYERS: Program[] = [
  {
    id: 'gstreamer',
    what: 'GStreamer: test sources encoded to Ogg, decoded again, mixed and converted; plug-ins by dlopen, a thread a queue',
    from: { debian: ['gstreamer1.0-tools', 'gstreamer1.0-plugins-base', 'gstreamer1.0-plugins-good'] },
    version: 'gst-launch-1.0 --version',
    command: [
      'bash',
      '-c',
      'gst-inspect-1.0 | tail -1 | grep -c plugins; gst-launch-1.0 -q videotestsrc num-buffers=60 ! video/x-raw,width=160,height=120 ! queue ! theoraenc ! oggmux name=m ! filesink location=a.ogv audiotestsrc num-buffers=60 ! queue ! audioconvert ! vorbisenc ! m.; echo $?; gst-launch-1.0 -q filesrc location=a.ogv ! oggdemux name=d d. ! queue ! theoradec ! videoscale ! videoconvert ! video/x-raw,format=RGB,width=80,height=60 ! filesink location=v.raw d. ! queue ! vorbisdec ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=8000 ! filesink location=a.raw; echo $?; wc -c < v.raw; gst-launch-1.0 -q videotestsrc num-buffers=20 ! tee name=t t. ! queue ! jpegenc ! avimux ! filesink location=j.avi t. ! queue ! pngenc ! fakesink; echo $?; gst-launch-1.0 -q nothing; echo $?',
    ],
    env: { GST_REGISTRY_FORK: 'yes' },
    follows: ['gst-launch-1.0', 'gst-inspect-1.0'],
    stderrVaries: 'warnings with times',
    timeout: 120,
  },
  {
    id: 'vlc',
    what: 'VLC without an interface: a film transcoded through its plug-ins and threads',
    from: { debian: ['vlc-bin', 'vlc-plugin-base', 'ffmpeg'] },
    version: "dpkg-query -W -f '${Version}' vlc-bin",
    prepare: FILM,
    command: [
      'bash',
      '-c',
      '[ "$(id -u)" = 0 ] && as="unshare --map-user=1000 --map-group=1000"; $as vlc -I dummy -q --no-media-library --sout "#transcode{vcodec=mp2v,acodec=mpga,scale=0.5,threads=2}:std{access=file,mux=ts,dst=out.ts}" film.avi vlc://quit; echo $?; ffprobe -v error -show_entries stream=codec_name,width -of default=nw=1 out.ts | grep -E "codec|width" | sort -u',
    ],
    follows: ['vlc'],
    stderrVaries: 'it logs with addresses',
    timeout: 120,
  },
  {
    id: 'mpv',
    what: 'mpv without an output: a film decoded by threads, filtered, seeked; Lua scripts, encoded',
    from: { debian: ['mpv', 'ffmpeg'] },
    version: 'mpv --version',
    prepare: FILM,
    command: [
      'bash',
      '-c',
      "mpv --no-config --really-quiet --vo=null --ao=null --untimed --vf=hflip,scale=80:60 --end=1.5 film.avi; echo $?; mpv --no-config --really-quiet --no-audio --o=out.mkv --ovc=mpeg4 --ovcopts=threads=1 film.avi; echo $?; mpv --no-config --vo=null --ao=null --frames=3 --start=1 --term-playing-msg='${width}x${height} ${audio-codec-name}' film.avi 2> /dev/null | grep x120; mpv --really-quiet none; echo $?",
    ],
    follows: ['mpv'],
    stderrVaries: 'terminal messages',
    timeout: 120,
  },
];
